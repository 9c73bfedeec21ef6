// Any small network: K = Σ I_i E (x_i − z_i⁺)², z = WᵀWx + b, with its gradient.

import {boxSums} from "./box_sums.js";
import {emptyRow, vertexSums} from "./vertex_sums.js";

// Above this share of Σ I_i E x_i² a rounding estimate sends a row to the slower sum: the readout is good to 12 digits.
const ENOUGH = 1e-12;

export const gram = W => W[0].map((_, i) => W[0].map((_, j) => W.reduce((total, line) => total + line[i] * line[j], 0)));

// {loss, error, slow}; with `derivatives` also {byW (m × n), byB}. `slow` is how many rows needed the slower sum.
export function evaluate({W, b, importance, p}, derivatives = false, enough = ENOUGH) {
  const n = b.length, G = gram(W), row = emptyRow(n);
  const scale = importance.reduce((total, weight) => total + weight * p / 3, 0);
  const byG = G.map(line => line.map(() => 0)), byB = b.map(() => 0);
  let [loss, error, slow] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const weight = importance[i];
    slow += fill(row, G[i], i, b[i], p, derivatives, enough * scale / (weight || 1));
    loss += weight * (p / 3 - 2 * row.cross + row.square);
    error += weight * row.error;
    if (!derivatives) continue;
    byB[i] = 2 * weight * (row.mean - row.share);
    for (let j = 0; j < n; j++) byG[i][j] = 2 * weight * (row.crosses[j] - row.shares[j]);
  }
  if (!derivatives) return {loss, error, slow};
  const byW = W.map(line => line.map((_, i) => line.reduce((total, w, j) => total + w * (byG[i][j] + byG[j][i]), 0)));
  return {loss, error, slow, byW, byB};
}

// One row, laid out over all features; returns 1 where the slower sum was needed.
function fill(row, slopes, i, b, p, derivatives, enough) {
  const kept = slopes.map((_, j) => j).filter(j => slopes[j] !== 0);
  if (slopes[i] === 0) return constant(row, i, b, p);
  const g = kept.map(j => slopes[j]), own = kept.indexOf(i);
  vertexSums(g, own, b, p, row, derivatives);
  const slow = !(row.error <= enough);
  if (slow) boxSums(g, own, b, p, row, derivatives);
  if (derivatives) spread(row, kept, slopes.length, p);
  return slow ? 1 : 0;
}

// An output that no feature moves.
function constant(row, i, b, p) {
  const z = Math.max(b, 0), on = b > 0 ? 1 : 0;
  Object.assign(row, {square: z * z, cross: p / 2 * z, mean: z, share: p / 2 * on, error: 0});
  row.crosses.fill(p / 2 * z);
  row.shares.fill(p * p / 4 * on)[i] = p / 3 * on;
  return 0;
}

// Features that the output does not see are independent of it.
function spread(row, kept, n, p) {
  const crosses = [...row.crosses], shares = [...row.shares];
  for (let j = 0; j < n; j++) {
    const k = kept.indexOf(j);
    row.crosses[j] = k < 0 ? p / 2 * row.mean : crosses[k];
    row.shares[j] = k < 0 ? p / 2 * row.share : shares[k];
  }
}

// D_i = ‖W_i‖²/Σ_j (Ŵ_i·W_j)², 0 for a column of zeros.
export function dimensionalities(W) {
  const G = gram(W);
  return G.map((line, i) => line[i] ? line[i] ** 2 / line.reduce((total, entry) => total + entry ** 2, 0) : 0);
}
