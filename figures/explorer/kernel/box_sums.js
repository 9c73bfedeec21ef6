// The same expectations without a division by a small slope: slower, and to a few units of rounding whatever the slopes.
//
// For a set S of active features, others held at 0 or 1 (those at 1 are V), let F_k be the integral over [0, 1]^S of r_k(v + g·x),
// r_k(z) = z₊^k/k!, and X_k with a factor x_i, XX_k with x_i x_j. F_k is homogeneous of degree k in (v, g); integrated by parts,
//
//   (k + |S|) F_k(S, V) = v F_{k−1}(S, V) + Σ_{j∈S} F_k(S∖j, V∪j),
//   (k + |S| + 1) X_k(S, V) = v X_{k−1}(S, V) + Σ_{j∈S, j≠i} X_k(S∖j, V∪j) + F_k(S∖i, V∪i),
//
// and so on (the recurrence of box splines). It ends at k = 0: where z keeps its sign on the cube the integrals are known, and
// elsewhere |v| ≤ Σ|g|, so one divided difference along the largest slope loses nothing.

const MOST = 6, WIDE = 1 << MOST;
const value = new Float64Array(WIDE), table = () => new Float64Array(WIDE * WIDE);
const F0 = table(), F1 = table(), F2 = table(), X0 = table(), X1 = table(), J0 = table(), J1 = table(), P0 = table(), P1 = table();
const count = Uint8Array.from({length: WIDE}, (_, S) => [...S.toString(2)].filter(bit => bit === "1").length);
let g, d, largest = new Uint8Array(WIDE), low = new Float64Array(WIDE), high = new Float64Array(WIDE);

// As `vertexSums` of vertex_sums.js; its error is that of the recurrence, which grows by no more than a few roundings a level.
export function boxSums(slopes, own, b, p, row, derivatives) {
  g = slopes;
  d = g.length;
  prepare(b);
  each(plain);
  first(own, X0, X1);
  row.square = 2 * mixed(p, F2, 0);
  row.cross = mixed(p, X1, 1 << own);
  row.error = 2 ** -52 * 16 * (d + 1) * (row.square + row.cross);
  if (!derivatives) return;
  row.mean = mixed(p, F1, 0);
  row.share = mixed(p, X0, 1 << own);
  for (let j = 0; j < d; j++) {
    if (j !== own) first(j, J0, J1);
    row.crosses[j] = j === own ? row.cross : mixed(p, J1, 1 << j);
    if (j === own) square(own);
    else pair(own, j);
    row.shares[j] = mixed(p, P0, 1 << own | 1 << j);
  }
}

function prepare(b) {
  for (let V = 0; V < 1 << d; V++) {
    value[V] = b;
    low[V] = high[V] = largest[V] = 0;
    for (let j = 0; j < d; j++) {
      if (!(V >> j & 1)) continue;
      value[V] += g[j];
      low[V] += Math.min(g[j], 0);
      high[V] += Math.max(g[j], 0);
      if (!(V >> largest[V] & 1) || Math.abs(g[j]) > Math.abs(g[largest[V]])) largest[V] = j;
    }
  }
}

// Every S with every V outside it, smaller sets first; V runs down through the subsets of what S leaves.
function each(act, bits = 0) {
  const all = (1 << d) - 1;
  for (let S = 0; S <= all; S++) {
    if ((S & bits) !== bits) continue;
    const rest = all ^ S;
    for (let V = rest; ; V = V - 1 & rest) {
      act(S, V);
      if (!V) break;
    }
  }
}

const place = (S, V) => S * WIDE + V;

// 1 or 0 where z keeps its sign on the cube, otherwise −1.
const sign = (S, V) => value[V] + low[S] >= 0 && value[V] + high[S] > 0 ? 1 : value[V] + high[S] <= 0 ? 0 : -1;

function plain(S, V) {
  const v = value[V], at = place(S, V), known = sign(S, V);
  if (S === 0) {
    const z = Math.max(v, 0);
    F0[at] = v > 0 ? 1 : 0, F1[at] = z, F2[at] = z * z / 2;
    return;
  }
  if (known >= 0) F0[at] = known;
  else {
    const l = largest[S], below = S ^ 1 << l;
    F0[at] = (F1[place(below, V | 1 << l)] - F1[place(below, V)]) / g[l];
  }
  let one = v * F0[at], two = 0;
  for (let j = 0; j < d; j++) {
    if (!(S >> j & 1)) continue;
    const side = place(S ^ 1 << j, V | 1 << j);
    one += F1[side];
    two += F2[side];
  }
  F1[at] = one / (1 + count[S]);
  F2[at] = (v * F1[at] + two) / (2 + count[S]);
}

// With a factor x_i.
function first(i, to0, to1) {
  each((S, V) => {
    const v = value[V], at = place(S, V), known = sign(S, V), l = largest[S];
    if (known >= 0) to0[at] = known / 2;
    else if (l === i) to0[at] = (F1[place(S ^ 1 << i, V | 1 << i)] - F1[at]) / g[i];
    else to0[at] = (to1[place(S ^ 1 << l, V | 1 << l)] - to1[place(S ^ 1 << l, V)]) / g[l];
    let one = v * to0[at] + F1[place(S ^ 1 << i, V | 1 << i)];
    for (let j = 0; j < d; j++) if (j !== i && S >> j & 1) one += to1[place(S ^ 1 << j, V | 1 << j)];
    to1[at] = one / (2 + count[S]);
  }, 1 << i);
}

// With x_i x_j, i ≠ j; X is that of x_i, J that of x_j.
function pair(i, j) {
  each((S, V) => {
    const v = value[V], at = place(S, V), known = sign(S, V), l = largest[S];
    const atI = place(S ^ 1 << i, V | 1 << i), atJ = place(S ^ 1 << j, V | 1 << j);
    if (known >= 0) P0[at] = known / 4;
    else if (l === i) P0[at] = (J1[atI] - J1[at]) / g[i];
    else if (l === j) P0[at] = (X1[atJ] - X1[at]) / g[j];
    else P0[at] = (P1[place(S ^ 1 << l, V | 1 << l)] - P1[place(S ^ 1 << l, V)]) / g[l];
    P1[at] = (v * P0[at] + J1[atI] + X1[atJ] + others(S, V, 1 << i | 1 << j)) / (3 + count[S]);
  }, 1 << i | 1 << j);
}

// With x_i².
function square(i) {
  each((S, V) => {
    const at = place(S, V), known = sign(S, V), l = largest[S], end = F1[place(S ^ 1 << i, V | 1 << i)];
    if (known >= 0) P0[at] = known / 3;
    else if (l === i) P0[at] = (end - 2 * X1[at]) / g[i];
    else P0[at] = (P1[place(S ^ 1 << l, V | 1 << l)] - P1[place(S ^ 1 << l, V)]) / g[l];
    P1[at] = (value[V] * P0[at] + end + others(S, V, 1 << i)) / (3 + count[S]);
  }, 1 << i);
}

function others(S, V, bits) {
  let total = 0;
  for (let l = 0; l < d; l++) if ((S & ~bits) >> l & 1) total += P1[place(S ^ 1 << l, V | 1 << l)];
  return total;
}

// Over the supports that hold `bits`, each with its probability.
function mixed(p, T, bits) {
  let total = 0;
  for (let S = 0; S < 1 << d; S++) {
    if ((S & bits) === bits) total += p ** count[S] * (1 - p) ** (d - count[S]) * T[place(S, 0)];
  }
  return total;
}
