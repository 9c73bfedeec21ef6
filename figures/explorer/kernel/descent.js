// Two ways down the loss: steps along the exact gradient, and along one estimated from samples.

import {evaluate, gram} from "./network.js";

// Rounding of this share is no matter to a step.
const ENOUGH = 1e-9;

const moved = ({W, b}, {byW, byB}, step) => ({
  W: W.map((line, k) => line.map((w, i) => w - step * byW[k][i])),
  b: b.map((value, i) => value - step * byB[i]),
});

// The gradient with what must stay held at 0.
const held = ({byW, byB}, bias) => ({byW, byB: bias ? byB : byB.map(() => 0)});

// One step of gradient descent without noise: the step grows by a tenth while K falls enough (Armijo), else is halved. Returns
// {W, b, loss, step}.
export function descend(model, step, bias) {
  const here = evaluate(model, true, ENOUGH), gradient = held(here, bias);
  const size = gradient.byW.flat().concat(gradient.byB).reduce((total, g) => total + g * g, 0);
  for (let halving = 0; halving < 40; halving++, step /= 2) {
    const next = moved(model, gradient, step), {loss} = evaluate({...model, ...next}, false, ENOUGH);
    if (loss <= here.loss - 0.3 * step * size) return {...next, loss, step: step * 1.1};
  }
  return {W: model.W, b: model.b, loss: here.loss, step};
}

// One step along the gradient of the mean squared error of `count` random inputs, from a source of numbers in [0, 1).
export function train(model, step, bias, count, random) {
  return moved(model, held(sampled(model, count, random), bias), step);
}

function sampled({W, b, importance, p}, count, random) {
  const n = b.length, G = gram(W), byG = G.map(line => line.map(() => 0)), byB = b.map(() => 0), x = Array(n).fill(0);
  for (let sample = 0; sample < count; sample++) {
    for (let j = 0; j < n; j++) x[j] = random() < p ? random() : 0;
    for (let i = 0; i < n; i++) {
      let z = b[i];
      for (let j = 0; j < n; j++) z += G[i][j] * x[j];
      if (z <= 0) continue;
      const slope = 2 * importance[i] * (z - x[i]) / count;
      byB[i] += slope;
      for (let j = 0; j < n; j++) byG[i][j] += slope * x[j];
    }
  }
  const byW = W.map(line => line.map((_, i) => line.reduce((total, w, j) => total + w * (byG[i][j] + byG[j][i]), 0)));
  return {byW, byB};
}

// Numbers in [0, 1) from a seed (mulberry32): the same run again from the same link.
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = state + 0x6d2b79f5 >>> 0;
    let mixed = Math.imul(state ^ state >>> 15, 1 | state);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };
}
