// Two features in one dimension: K, its derivatives and its exact value, from the emitted expressions.
//
// A setting is {p, first, second, penalty}: density, both importances, λ. A point is [w1, w2, b1, b2]; without bias the
// emitted losses of the three chambers are used, with bias those of a feature in nine.

import {FEATURE, FREE} from "./emitted.js";
import {Fraction, product, ratio, sum} from "./fraction.js";

const SAME_SIGN = 0, OPPOSITE_FIRST = 1, OPPOSITE_SECOND = 2;

export const freeChamber = (w1, w2) =>
  w1 * w2 >= 0 ? SAME_SIGN : Math.abs(w1) >= Math.abs(w2) ? OPPOSITE_FIRST : OPPOSITE_SECOND;

// Which of b, b + a, b + c, b + a + c are positive, as bits.
export const positive = (a, c, b) =>
  (b > 0 ? 1 : 0) | (b + a > 0 ? 2 : 0) | (b + c > 0 ? 4 : 0) | (b + a + c > 0 ? 8 : 0);

const nearest = (chamber, a, c, b) => {
  let d = b;
  if (chamber.nearest & 1) d += a;
  if (chamber.nearest & 2) d += c;
  return d;
};

// E (x₁ − (a x₁ + c x₂ + b)⁺)²
export function feature(a, c, b, p) {
  const chamber = FEATURE[positive(a, c, b)];
  return chamber.value(nearest(chamber, a, c, b), a, c, p);
}

// The same with its first and second derivative by b, into `out`, as the expression of a chamber has them.
export function featureByBias(a, c, b, p, out, mask) {
  const chamber = FEATURE[mask];
  chamber.bias(nearest(chamber, a, c, b), a, c, p, out);
}

export function loss(setting, [w1, w2, b1, b2], bias) {
  const {p, first, second, penalty} = setting;
  if (!bias) return FREE[freeChamber(w1, w2)].value(w1, w2, p, first, second, penalty);
  const c = w1 * w2;
  return first * feature(w1 * w1, c, b1, p) + second * feature(w2 * w2, c, b2, p) + 2 * penalty * c * c;
}

// {value, gradient, hessian}: 2 numbers and 2 × 2 without bias, 4 and 4 × 4 with it.
export function jet(setting, point, bias) {
  return bias ? jetWithBias(setting, point) : jetWithout(setting, point);
}

const six = new Float64Array(6), ten = new Float64Array(10);

function jetWithout({p, first, second, penalty}, [w1, w2]) {
  FREE[freeChamber(w1, w2)].jet(w1, w2, p, first, second, penalty, six);
  const [value, g1, g2, h11, h12, h22] = six;
  return {value, gradient: [g1, g2], hessian: [[h11, h12], [h12, h22]]};
}

// By the chain rule from (a, c, b) with a = wᵢ², c = w₁w₂.
function jetWithBias({p, first, second, penalty}, point) {
  const [w1, w2] = point, c = w1 * w2;
  let value = 2 * penalty * c * c;
  const gradient = [4 * penalty * c * w2, 4 * penalty * c * w1, 0, 0];
  const hessian = [[4 * penalty * w2 * w2, 8 * penalty * c, 0, 0], [8 * penalty * c, 4 * penalty * w1 * w1, 0, 0], [0, 0, 0, 0],
    [0, 0, 0, 0]];
  for (const i of [0, 1]) {
    const j = 1 - i, k = 2 + i, own = point[i], other = point[j], weight = i ? second : first;
    const a = own * own, b = point[k], chamber = FEATURE[positive(a, c, b)];
    chamber.jet(nearest(chamber, a, c, b), a, c, p, ten);
    const [h, ha, hc, hb, haa, hac, hab, hcc, hcb, hbb] = ten;
    value += weight * h;
    gradient[i] += weight * (2 * own * ha + other * hc);
    gradient[j] += weight * own * hc;
    gradient[k] += weight * hb;
    hessian[i][i] += weight * (2 * ha + 4 * a * haa + 4 * c * hac + other * other * hcc);
    hessian[j][j] += weight * a * hcc;
    hessian[k][k] += weight * hbb;
    const mixed = weight * (hc + 2 * a * hac + c * hcc);
    const ownBias = weight * (2 * own * hab + other * hcb), otherBias = weight * own * hcb;
    hessian[i][j] += mixed, hessian[j][i] += mixed;
    hessian[i][k] += ownBias, hessian[k][i] += ownBias;
    hessian[j][k] += otherBias, hessian[k][j] += otherBias;
  }
  return {value, gradient, hessian};
}

// K as a fraction, from fractions: {sparsity, first, second, penalty} and [w1, w2, b1, b2].
export function exactLoss({sparsity, first, second, penalty}, [w1, w2, b1, b2]) {
  const p = sum(ratio(1n, 1n), product(ratio(-1n, 1n), sparsity)), c = product(w1, w2);
  const terms = [[first, w1, b1], [second, w2, b2]].map(([weight, w, b]) => product(weight, exactFeature(product(w, w), c, b, p)));
  return sum(...terms, product(ratio(2n, 1n), penalty, c, c));
}

function exactFeature(a, c, b, p) {
  const values = [b, sum(b, a), sum(b, c), sum(b, a, c)];
  const chamber = FEATURE[values.reduce((mask, value, k) => mask | (value.sign > 0 ? 1 << k : 0), 0)];
  return chamber.exact(values[chamber.nearest], a, c, p);
}

export const ZERO = new Fraction(0n);

// Which of the two outputs is cut at 0 somewhere, and what that makes of a point.
export function phase([w1, w2, b1, b2], bias) {
  const c = w1 * w2, [small, large] = [Math.abs(w1), Math.abs(w2)].sort((x, y) => x - y);
  if (large < 1e-7) return "nothing stored";
  if (small < 1e-7) return bias ? "one dropped" : "single";
  if (c > 0) return "aligned";
  if (!bias) return "antipodal";
  const cut = (positive(w1 * w1, c, b1) !== 15) + (positive(w2 * w2, c, b2) !== 15);
  return ["linear", "partial antipodal", "strong antipodal"][cut];
}
