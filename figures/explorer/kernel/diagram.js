// The phase diagram: what is best at each sparsity and importance of the second feature.

import {gain, newton, rays, withBestBias} from "./critical.js";
import {at, roots} from "./polynomial.js";
import {jet, phase} from "./smallest.js";

export const PHASES = ["aligned", "one dropped", "partial antipodal", "strong antipodal"];
const WITHOUT_BIAS = ["aligned", "antipodal"];
export const phasesOf = bias => bias ? PHASES : WITHOUT_BIAS;
export const IMPORTANCES = [0.1, 10];

// Cell k of `count` is at the middle of a stretch of [0, 1] for the sparsity, of the logarithm for the importance.
export const sparsityOf = (k, count) => (k + 0.5) / count;
export const importanceOf = (k, count) => IMPORTANCES[0] * (IMPORTANCES[1] / IMPORTANCES[0]) ** ((k + 0.5) / count);

// Rows from the smallest importance up, each an array of indices into `phasesOf(bias)`: a generator, so that a page may stop it.
export function* rows(penalty, bias, count) {
  let above = Array(count).fill(null);
  for (let row = 0; row < count; row++) {
    const second = importanceOf(row, count), cells = new Uint8Array(count);
    let beside = null;
    for (let column = 0; column < count; column++) {
      const setting = {p: 1 - sparsityOf(column, count), first: 1, second, penalty};
      if (!bias) cells[column] = withoutBias(setting);
      else {
        // A pair beside is followed; other pairs are looked for at every second cell, and wherever none is beside.
        const neighbours = [beside, above[column]].filter(point => point);
        const best = withBias(setting, neighbours, neighbours.length === 0 || (row + column) % 2 === 0);
        cells[column] = best.index;
        beside = above[column] = best.point;
      }
    }
    yield cells;
  }
}

// 1 where the best antipodal direction gains more than the best aligned one.
function withoutBias(setting) {
  const best = rays(setting).map(ray => {
    const inside = roots(ray.P, Math.min(0, ray.end), Math.max(0, ray.end));
    return Math.max(...[0, ...inside, ray.end].map(u => gain(ray, u)));
  });
  return Math.max(best[2], best[3]) > Math.max(best[0], best[1]) ? 1 : 0;
}

// Weights in each phase; their biases are the best.
const SEEDS = [[0.95, -0.8], [0.8, -0.95], [1, -0.25], [-0.25, 1], [0.97, 0.4], [0.4, 0.97]];

// The least of dropping and of the places that Newton's method finds from the neighbours, and if `anew` from starts in each phase.
function withBias(setting, neighbours, anew) {
  const {p, first, second} = setting;
  let best = {value: Math.min(first, second) * (p / 3 - p * p / 4), index: 1, point: null};
  const starts = anew ? [...neighbours, ...SEEDS.map(([w1, w2]) => withBestBias(w1, w2, p))] : neighbours;
  for (const start of starts) {
    const point = newton(setting, start);
    if (!point) continue;
    const value = jet(setting, point, true).value;
    // Dropping is among the places found: what is lower by rounding is the same.
    if (value < best.value - 1e-12 * p) best = {value, point, index: PHASES.indexOf(phase(point, true))};
  }
  return best.index < 0 ? {...best, index: 1} : best;
}
