// Every critical point of the smallest model that is stored: without bias from the emitted polynomials of the four arcs of
// directions, as `SmallestModel` of analytic.n2m1 has it; with bias by Newton's method from many starts.

import {ARCS, constant} from "./emitted.js";
import {at, roots} from "./polynomial.js";
import {bestBias} from "./profile.js";
import {jet, phase, positive} from "./smallest.js";

// Of Newton's starts: directions over half a turn, and the lengths in each.
const TURNS = 20, RADII = [0.6, 0.95, 1.25];

// {point, value, kind, phase, inertia}, by increasing loss, ±W once.
export function criticalPoints(setting, bias) {
  const found = bias ? withBias(setting) : withoutBias(setting);
  return found.sort((x, y) => x.value - y.value);
}

// C − ρL(u) + ρ²Q(u): L, Q and P = 2L′Q − LQ′ of the arcs at a setting.
export function rays({p, first, second, penalty}) {
  return ARCS.map(({chart, end, ...written}) => {
    const coefficients = name => {
      const [fill, count] = written[name], out = new Float64Array(count);
      fill(p, first, second, penalty, out);
      return out;
    };
    return {chart, end, L: coefficients("linear"), Q: coefficients("quartic"), P: [...coefficients("stationarity")]};
  });
}

export const gain = ({L, Q}, u) => at(L, u) ** 2 / (4 * at(Q, u));

function withoutBias(setting) {
  const arcs = rays(setting), points = [];
  const add = (ray, u, kind) => points.push(place(setting, ray, u, kind));
  for (const ray of arcs) {
    // An arc ends where the other chart's begins; the end of the aligned ones may be critical itself.
    const stop = ray.end > 0 ? 1 + 1e-9 : -1 + 1e-9, inside = roots(ray.P, Math.min(0, stop), Math.max(0, stop));
    inside.forEach((u, k) => {
      const [before, after] = beside(ray.P, inside, k, Math.min(0, stop), Math.max(0, stop));
      if (Math.abs(u) > 1e-12) add(ray, u, before > 0 && after < 0 ? "minimum" : "saddle");
    });
  }
  onDiagonal(arcs[2], arcs[3], add);
  onAxes(arcs, add);
  points.push({point: [0, 0, 0, 0], value: constant(...Object.values(setting)), kind: "maximum"});
  return distinct(points, setting, false);
}

// The sign of a polynomial between a root and its neighbours.
function beside(P, inside, k, low, high) {
  const left = k ? inside[k - 1] : low, right = k + 1 < inside.length ? inside[k + 1] : high;
  return [at(P, (left + inside[k]) / 2), at(P, (right + inside[k]) / 2)];
}

// w₂ = −w₁ lies on two arcs and is critical where P vanishes there.
function onDiagonal(one, other, add) {
  const size = one.P.reduce((total, c) => total + Math.abs(c), 0);
  if (Math.abs(at(one.P, -1)) > 1e-12 * size) return;
  const rises = [one, other].map(({P}) => -at(P, (-1 + (roots(P, -1 + 1e-6, 0)[0] ?? 0)) / 2));
  add(one, -1, Math.min(...rises) > 0 ? "minimum" : "saddle");
}

// w₂ = 0 and w₁ = 0 are kinks: critical where 0 lies between the slopes of both sides.
function onAxes([aligned, alignedToo, first, second], add) {
  for (const [own, across] of [[first, aligned], [second, alignedToo]]) {
    const [below, above] = [own.P[0], across.P[0]];
    if (below * above <= 0) add(own, 0, below > 0 && above < 0 ? "minimum" : "saddle");
  }
}

function place(setting, ray, u, kind) {
  const kept = Math.sqrt(at(ray.L, u) / (2 * at(ray.Q, u)));
  const point = ray.chart === 0 ? [kept, u * kept, 0, 0] : [Math.abs(u) * kept, (Math.sign(u) || 1) * kept, 0, 0];
  return {point, kind, value: constant(...Object.values(setting)) - gain(ray, u)};
}

function withBias(setting) {
  const {p} = setting, starts = [[0, 0, p / 2, p / 2], [1, 0, 0, p / 2], [0, 1, p / 2, 0]];
  for (let turn = 0; turn < TURNS; turn++) {
    const angle = Math.PI * ((turn + 0.35) / TURNS - 0.5);
    for (const radius of RADII) starts.push(withBestBias(radius * Math.cos(angle), radius * Math.sin(angle), p));
  }
  const points = starts.map(start => newton(setting, start)).filter(point => point);
  return distinct(points.map(point => ({point, value: jet(setting, point, true).value})), setting, true);
}

export const withBestBias = (w1, w2, p) =>
  [w1, w2, bestBias(w1 * w1, w1 * w2, p).bias, bestBias(w2 * w2, w1 * w2, p).bias];

// A place where the gradient vanishes and no output is dead; null where there is none near.
export function newton(setting, start) {
  let point = [...start];
  for (let step = 0; step < 40; step++) {
    const {gradient, hessian} = jet(setting, point, true);
    const move = solve(hessian, gradient), size = move && Math.hypot(...move);
    if (!move || !Number.isFinite(size)) return null;
    const short = Math.min(1, 0.5 / size);
    point = point.map((x, i) => x - short * move[i]);
    if (Math.hypot(...point) > 8) return null;
    if (size < 1e-13) break;
  }
  const {gradient} = jet(setting, point, true);
  return Math.hypot(...gradient) < 1e-11 * (setting.first + setting.second) && alive(point) ? point : null;
}

const alive = ([w1, w2, b1, b2]) => positive(w1 * w1, w1 * w2, b1) !== 0 && positive(w2 * w2, w1 * w2, b2) !== 0;

// Gaussian elimination with pivots; null where a pivot vanishes.
export function solve(matrix, right) {
  const rows = matrix.map((row, i) => [...row, right[i]]), n = rows.length;
  for (let k = 0; k < n; k++) {
    let best = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(rows[i][k]) > Math.abs(rows[best][k])) best = i;
    if (Math.abs(rows[best][k]) < 1e-14) return null;
    [rows[k], rows[best]] = [rows[best], rows[k]];
    for (let i = k + 1; i < n; i++) {
      const factor = rows[i][k] / rows[k][k];
      for (let j = k; j <= n; j++) rows[i][j] -= factor * rows[k][j];
    }
  }
  const solution = Array(n).fill(0);
  for (let k = n - 1; k >= 0; k--) {
    solution[k] = rows[k].slice(k + 1, n).reduce((rest, entry, j) => rest - entry * solution[k + 1 + j], rows[k][n]) / rows[k][k];
  }
  return solution;
}

// How many eigenvalues are negative, zero and positive: by Jacobi's rotations.
export function inertia(matrix) {
  const a = matrix.map(row => [...row]), n = a.length;
  const size = Math.max(...a.flat().map(Math.abs), 1e-300);
  for (let sweep = 0; sweep < 30; sweep++) {
    for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) rotate(a, i, j);
  }
  const values = a.map((row, i) => row[i]);
  return [values.filter(v => v < -1e-9 * size), values.filter(v => Math.abs(v) <= 1e-9 * size), values.filter(v => v > 1e-9 * size)]
    .map(some => some.length);
}

function rotate(a, i, j) {
  if (a[i][j] === 0) return;
  const angle = 0.5 * Math.atan2(2 * a[i][j], a[j][j] - a[i][i]), [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  for (const row of a) [row[i], row[j]] = [cos * row[i] - sin * row[j], sin * row[i] + cos * row[j]];
  for (let k = 0; k < a.length; k++) [a[i][k], a[j][k]] = [cos * a[i][k] - sin * a[j][k], sin * a[i][k] + cos * a[j][k]];
}

// Each pair ±W once, the first weight positive, with its phase and, where K is smooth, the signs of its Hessian.
function distinct(points, setting, bias) {
  const kept = [];
  for (const {point, value, kind} of points) {
    const sign = (Math.abs(point[0]) > 1e-7 ? point[0] : point[1]) < 0 ? -1 : 1;
    const turned = [sign * point[0], sign * point[1], point[2], point[3]].map(x => Math.abs(x) < 1e-12 ? 0 : x);
    if (kept.some(other => other.point.every((x, i) => Math.abs(x - turned[i]) < 1e-6))) continue;
    const smooth = bias || turned[0] * turned[1] !== 0;
    const signs = smooth ? inertia(jet(setting, turned, bias).hessian) : null;
    kept.push({point: turned, value, phase: phase(turned, bias), inertia: signs, kind: kind ?? kindOf(signs)});
  }
  return kept;
}

const kindOf = ([negative, zero, positive]) =>
  zero ? "degenerate" : negative === 0 ? "minimum" : positive === 0 ? "maximum" : "saddle";
