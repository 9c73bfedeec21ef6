// Expectations of one output z⁺, z = b + Σ g_j x_j, as sums over the vertices of a cube, with an estimate of their rounding.
//
// E e^{ζz} = e^{ζb} Π_j (s + p (e^{ζg_j} − 1)/(ζg_j)). Multiplied out, vertex V has the exponential of v = b + Σ_{j∈V} g_j and the
// polynomial C_V(y) = Π_{j∈V} (p y/g_j) Π_{j∉V} (s − p y/g_j) in y = 1/ζ, and y^k e^{ζv} is the transform of r_k(v) = v₊^k/k!. So
// E z⁺ = Σ_V Σ_k C_V[k] r_{k+1}(v), and so on. A factor x_j turns e^{ζv} at V ∋ j into (1 − y/g_j) e^{ζv} + (y/g_j) e^{ζ(v − g_j)}.
// Exact in exact numbers; floats lose digits as a g_j → 0, and `error` says how many.

const MOST = 6, EPS = 2 ** -52;
const size = MOST + 5;
const C = new Float64Array((1 << MOST) * size), A = new Float64Array((1 << MOST) * size);
const R = new Float64Array((1 << MOST) * size), Y = new Float64Array((1 << MOST) * size);
const slopes = new Float64Array(MOST);

// What a row gives: E z⁺², E x_i z⁺, E z⁺, E x_i [z > 0], and for each j E x_j z⁺ and E x_i x_j [z > 0]; `error` bounds the rounding
// of what was asked for: of the first two, or with `derivatives` of all.
export const emptyRow = n =>
  ({square: 0, cross: 0, mean: 0, share: 0, crosses: new Float64Array(n), shares: new Float64Array(n), error: 0});

// g: the row of WᵀW with only entries that are not 0, `own` the place of the feature itself in it.
export function vertexSums(g, own, b, p, row, derivatives) {
  const d = g.length;
  slopes.set(g);
  expand(d, p);
  const slack = values(d, b);
  weighted(d, own);
  row.square = 2 * against(d, R, 2, 0);
  row.cross = against(d, Y, 1, 1 << own);
  row.error = bound(d, own, slack, derivatives);
  if (!derivatives) return;
  row.mean = against(d, R, 1, 0);
  row.share = against(d, Y, 0, 1 << own);
  for (let j = 0; j < d; j++) {
    row.crosses[j] = j === own ? row.cross : against1(d, R, 1, 1 << j, j);
    row.shares[j] = j === own ? twice(d, own) : against1(d, Y, 0, 1 << j | 1 << own, j);
  }
}

// C_V and, with absolute values, A_V.
function expand(d, p) {
  const s = 1 - p;
  C.fill(0, 0, (1 << d) * size);
  A.fill(0, 0, (1 << d) * size);
  C[0] = A[0] = 1;
  for (let j = 0; j < d; j++) {
    const rate = p / slopes[j], most = Math.abs(rate);
    for (let V = 0; V < 1 << j; V++) {
      const from = V * size, to = (V | 1 << j) * size;
      for (let k = j + 1; k > 0; k--) {
        C[to + k] = C[from + k - 1] * rate;
        A[to + k] = A[from + k - 1] * most;
        C[from + k] = s * C[from + k] - C[to + k];
        A[from + k] = s * A[from + k] + A[to + k];
      }
      C[from] *= s;
      A[from] *= s;
    }
  }
}

// r_k of every vertex value; returns what rounding may have moved the values by.
function values(d, b) {
  let reach = Math.abs(b);
  for (let j = 0; j < d; j++) reach += Math.abs(slopes[j]);
  for (let V = 0; V < 1 << d; V++) {
    let v = b;
    for (let j = 0; j < d; j++) if (V >> j & 1) v += slopes[j];
    let power = v > 0 ? 1 : 0;
    for (let k = 0; k < d + 5; k++) {
      R[V * size + k] = power;
      power *= v / (k + 1);
    }
  }
  return (d + 1) * EPS * reach;
}

// Y: r_k with a factor x_own.
function weighted(d, own) {
  const bit = 1 << own, g = slopes[own];
  for (let V = 0; V < 1 << d; V++) {
    if (!(V & bit)) continue;
    const at = V * size, without = (V ^ bit) * size;
    for (let k = 0; k < d + 4; k++) Y[at + k] = R[at + k] - (R[at + k + 1] - R[without + k + 1]) / g;
  }
}

// Σ C_V[k] T_V[k + q] over the vertices that hold `bits`.
function against(d, T, q, bits) {
  let total = 0;
  for (let V = 0; V < 1 << d; V++) {
    if ((V & bits) !== bits) continue;
    for (let k = 0, at = V * size; k <= d; k++) total += C[at + k] * T[at + k + q];
  }
  return total;
}

// The same with one more factor x_j.
function against1(d, T, q, bits, j) {
  let total = 0;
  const g = slopes[j];
  for (let V = 0; V < 1 << d; V++) {
    if ((V & bits) !== bits) continue;
    const at = V * size, without = (V ^ 1 << j) * size;
    for (let k = 0; k <= d; k++) {
      total += C[at + k] * (T[at + k + q] - (T[at + k + q + 1] - T[without + k + q + 1]) / g);
    }
  }
  return total;
}

// E x_own² [z > 0].
function twice(d, own) {
  let total = 0;
  const bit = 1 << own, g = slopes[own];
  for (let V = 0; V < 1 << d; V++) {
    if (!(V & bit)) continue;
    const at = V * size, without = (V ^ bit) * size;
    for (let k = 0; k <= d; k++) {
      total += C[at + k] * (R[at + k] - 2 * R[at + k + 1] / g + 2 * (R[at + k + 2] - R[without + k + 2]) / (g * g));
    }
  }
  return total;
}

// Each term comes of at most 3d + 12 roundings, and a vertex value may be off by `slack`; in absolute values nothing cancels.
function bound(d, own, slack, derivatives) {
  const g = Math.abs(slopes[own]), rounding = (3 * d + 12) * EPS;
  let least = Infinity, total = 0;
  for (let j = 0; j < d; j++) least = Math.min(least, Math.abs(slopes[j]));
  for (let V = 0; V < 1 << d; V++) {
    const at = V * size;
    for (let k = 0; k <= d; k++) {
      const a = A[at + k];
      const r0 = R[at + k], r1 = R[at + k + 1], r2 = R[at + k + 2], r3 = R[at + k + 3];
      total += a * (rounding * (2 * r2 + 2 * (r1 + 2 * r2 / g)) + slack * (2 * r1 + 2 * (r0 + 2 * r1 / g)));
      if (derivatives) {
        const near = 1 + 2 / least, own2 = 1 + 2 / g;
        total += a * (rounding * (r0 + r1 + r2 + r3) + slack * (1 + r0 + r1 + r2)) * near * own2;
      }
    }
  }
  return total;
}
