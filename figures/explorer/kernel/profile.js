// The least loss of a feature over its bias, and K with every bias at its best on a grid of weights.

import {FREE} from "./emitted.js";
import {feature, featureByBias, freeChamber, positive} from "./smallest.js";

const out = new Float64Array(3), found = {bias: 0, value: 0};

// min over b of E (x₁ − (a x₁ + c x₂ + b)⁺)²: {bias, value}, the same object each time. In b the slope is a cubic between neighbours
// of the four places where a vertex value turns positive, and beyond the last it is linear.
export function bestBias(a, c, p) {
  const inner = Math.min(a, Math.abs(c)), outer = Math.max(a, Math.abs(c)), last = c < 0 ? -c : 0;
  const whole = p / 2 * (1 - a - c);
  Object.assign(found, {bias: last - inner - outer, value: p / 3});
  if (whole >= last) offer(a, c, whole, p);
  stretch(a, c, p, last - inner - outer, last - outer);
  stretch(a, c, p, last - outer, last - inner);
  stretch(a, c, p, last - inner, last);
  return found;
}

function offer(a, c, bias, p) {
  const value = feature(a, c, bias, p);
  if (value < found.value) found.bias = bias, found.value = value;
}

// The cubic by its Bernstein coefficients, from slope and curvature at both ends of the stretch.
function stretch(a, c, p, low, high) {
  const length = high - low;
  if (!(length > 0)) return;
  const chamber = positive(a, c, (low + high) / 2);
  featureByBias(a, c, low, p, out, chamber);
  const start = out[1], rise = start + out[2] * length / 3;
  featureByBias(a, c, high, p, out, chamber);
  lows(start, rise, out[1] - out[2] * length / 3, out[1], low, length, b => offer(a, c, b, p), 0);
}

// Where a cubic turns from negative to positive: with one change of sign among its coefficients there is one root, with none none.
function lows(s, t, u, v, low, length, found, depth) {
  const changes = (s * t < 0) + (t * u < 0) + (u * v < 0);
  if (changes === 0 || depth > 24) return;
  if (changes === 1) {
    if (v > 0) found(low + length * rootOf(s, t, u, v));
    return;
  }
  const st = (s + t) / 2, tu = (t + u) / 2, uv = (u + v) / 2, stu = (st + tu) / 2, tuv = (tu + uv) / 2, middle = (stu + tuv) / 2;
  lows(s, st, stu, middle, low, length / 2, found, depth + 1);
  lows(middle, tuv, uv, v, low + length / 2, length / 2, found, depth + 1);
}

// The root in [0, 1] by Newton's method, kept between places where the cubic is negative and positive.
function rootOf(s, t, u, v) {
  let [low, high, x] = [0, 1, 0.5];
  const c1 = 3 * (t - s), c2 = 3 * (s - 2 * t + u), c3 = v - s + 3 * (t - u);
  for (let step = 0; step < 60; step++) {
    const value = s + x * (c1 + x * (c2 + x * c3));
    if (value > 0) high = x;
    else low = x;
    let next = x - value / (c1 + x * (2 * c2 + x * 3 * c3));
    if (!(next > low && next < high)) next = (low + high) / 2;
    if (Math.abs(next - x) < 1e-14) return next;
    x = next;
  }
  return x;
}

// K over (w₁, w₂) ∈ [−extent, extent]², count × count, row by row from the top: K(−W) = K(W), so half is computed.
export class Grid {
  constructor(count, extent) {
    Object.assign(this, {count, extent, losses: new Float64Array(count * count), own: new Float64Array(count * count), density: -1});
  }
  weight(k) { return this.extent * (2 * k + 1 - this.count) / this.count; }

  fill(setting, bias) {
    if (bias) this.withBias(setting);
    else this.withoutBias(setting);
    let least = Infinity;
    for (const value of this.losses) least = Math.min(least, value);
    return least;
  }

  withoutBias({p, first, second, penalty}) {
    const {count, losses} = this, last = losses.length - 1;
    for (let row = 0; row < (count + 1) >> 1; row++) {
      const w2 = this.weight(count - 1 - row);
      for (let column = 0; column < count; column++) {
        const w1 = this.weight(column), k = row * count + column;
        losses[k] = losses[last - k] = FREE[freeChamber(w1, w2)].value(w1, w2, p, first, second, penalty);
      }
    }
  }

  // One table serves both features and any importance: the loss of a feature at its best bias, by its own weight and the other's.
  withBias({p, first, second, penalty}) {
    const {count, losses, own} = this, last = losses.length - 1;
    if (this.density !== p) {
      this.density = p;
      for (let i = 0; i < (count + 1) >> 1; i++) {
        for (let j = 0; j < count; j++) {
          const w = this.weight(i), v = this.weight(j);
          own[i * count + j] = own[last - i * count - j] = bestBias(w * w, w * v, p).value;
        }
      }
    }
    for (let row = 0; row < count; row++) {
      const i = count - 1 - row, w2 = this.weight(i);
      for (let column = 0; column < count; column++) {
        const c = this.weight(column) * w2;
        losses[row * count + column] =
          first * own[column * count + i] + second * own[i * count + column] + 2 * penalty * c * c;
      }
    }
  }
}
