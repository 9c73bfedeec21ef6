// What the page shows, as a part of its address: a link is a state. What an address says wrongly is said in a sentence, and the
// default kept.

import {parse} from "../kernel/fraction.js";

export const MOST = {features: 6, dimensions: 3};

const between = (low, high, sentence) => value => value >= low && value <= high ? null : `${sentence}, got ${value}`;
const INSIDE = {
  sparsity: between(0, 0.999, "must lie between 0 and 0.999"),
  ratio: between(0.1, 10, "must lie between 0.1 and 10"),
  penalty: between(0, 0.1, "must lie between 0 and 0.1"),
  weight: between(-3, 3, "must lie between −3 and 3"),
  bias: between(-3, 3, "must lie between −3 and 3"),
  importance: between(0, 2, "must lie between 0 and 2"),
  angle: between(-360, 360, "must lie between −360 and 360"),
};

export const polygon = n => ({
  W: [0, 1].map(axis => Array.from({length: n}, (_, k) => shortened(Math[axis ? "sin" : "cos"](2 * Math.PI * k / n + Math.PI / 2)))),
  b: Array(n).fill(0),
  importance: Array(n).fill(1),
});

export const shortened = (x, digits = 3) => Number(x.toFixed(digits)) + 0;

export const defaults = () => ({
  view: "smallest",
  smallest: {s: "0.5", i2: "1", penalty: "0", bias: false, follow: true, w: [0.9, -0.7], b: [0, 0]},
  network: {n: 5, m: 2, s: "0.9", bias: true, ...polygon(5), turn: 25, tilt: 20},
});

export function write(state) {
  const parts = {view: state.view};
  if (state.view === "smallest") {
    const {s, i2, penalty, bias, follow, w, b} = state.smallest;
    Object.assign(parts, {s, i2, lambda: penalty, bias: +bias, w: w.join()});
    if (bias && !follow) parts.b = b.join();
  } else {
    const {n, m, s, bias, W, b, importance, turn, tilt} = state.network;
    Object.assign(parts, {n, m, s, bias: +bias, W: W.map(line => line.join()).join(";"), b: b.join(), I: importance.join()});
    if (m === 3) Object.assign(parts, {turn: shortened(turn, 1), tilt: shortened(tilt, 1)});
  }
  return "#" + Object.entries(parts).map(([name, value]) => `${name}=${value}`).join("&");
}

// {state, problems}: each problem a sentence.
export function read(address) {
  const state = defaults(), problems = [], given = fields(address, problems);
  const take = (name, use) => {
    if (!(name in given)) return;
    const wrong = use(given[name]);
    delete given[name];
    if (wrong) problems.push(`${name} ${wrong}; the default is kept.`);
  };
  take("view", value => ["smallest", "network"].includes(value) ? void (state.view = value) : `must be smallest or network, got “${value}”`);
  (state.view === "smallest" ? readSmallest : readNetwork)(state[state.view], take);
  for (const name of Object.keys(given)) problems.push(`“${name}” is nothing that this view knows; it is left out.`);
  return {state, problems};
}

function fields(address, problems) {
  const found = {};
  for (const part of address.replace(/^#/, "").split("&").filter(Boolean)) {
    const [name, ...rest] = part.split("=");
    try {
      found[decodeURIComponent(name).slice(0, 20)] = decodeURIComponent(rest.join("="));
    } catch {
      problems.push("a part of the address cannot be read; it is left out.");
    }
  }
  return found;
}

const shownText = text => `“${text.length > 24 ? text.slice(0, 24) + "…" : text}”`;

// A number or a fraction as it was typed, kept as text so that it stays exact.
function exact(text, inside) {
  const value = parse(text);
  return value ? inside(Number(value)) : `must be a number such as 0.5 or 1/2, got ${shownText(text)}`;
}

function readSmallest(model, take) {
  for (const [name, key, inside] of [["s", "s", INSIDE.sparsity], ["i2", "i2", INSIDE.ratio], ["lambda", "penalty", INSIDE.penalty]]) {
    take(name, text => exact(text, inside) ?? void (model[key] = text.trim()));
  }
  take("bias", text => flag(text, on => { model.bias = on; }));
  take("w", text => numbers(text, 2, INSIDE.weight, values => { model.w = values; }));
  take("b", text => numbers(text, 2, INSIDE.bias, values => { Object.assign(model, {b: values, follow: false}); }));
}

function readNetwork(model, take) {
  take("n", text => whole(text, 2, MOST.features, n => { Object.assign(model, {n, m: Math.min(model.m, n - 1)}, start(n, Math.min(2, n - 1))); }));
  take("m", text => whole(text, 1, Math.min(MOST.dimensions, model.n), m => { Object.assign(model, {m}, start(model.n, m)); }));
  take("s", text => exact(text, INSIDE.sparsity) ?? void (model.s = text.trim()));
  take("bias", text => flag(text, on => { model.bias = on; }));
  take("W", text => matrix(text, model, W => { model.W = W; }));
  take("b", text => numbers(text, model.n, INSIDE.bias, values => { model.b = values; }));
  take("I", text => numbers(text, model.n, INSIDE.importance, values => { model.importance = values; }));
  for (const name of ["turn", "tilt"]) take(name, text => numbers(text, 1, INSIDE.angle, ([value]) => { model[name] = value; }));
}

// Columns on a circle, on a line by turns, or on a spiral over the sphere.
export function start(n, m) {
  const flat = polygon(n);
  if (m === 2) return flat;
  if (m === 1) return {...flat, W: [Array.from({length: n}, (_, k) => shortened((k % 2 ? -1 : 1) * (1 - 0.12 * (k >> 1))))]};
  const turns = Array.from({length: n}, (_, k) => [1 - 2 * (k + 0.5) / n, 2.4 * k]);
  const W = [turns.map(([z, t]) => Math.sqrt(1 - z * z) * Math.cos(t)), turns.map(([z, t]) => Math.sqrt(1 - z * z) * Math.sin(t)),
    turns.map(([z]) => z)];
  return {...flat, W: W.map(line => line.map(x => shortened(x)))};
}

const flag = (text, use) => /^[01]$/.test(text) ? void use(text === "1") : `must be 0 or 1, got ${shownText(text)}`;

function whole(text, low, high, use) {
  const value = Number(text);
  if (!/^\d{1,3}$/.test(text) || value < low || value > high) return `must be a whole number from ${low} to ${high}, got ${shownText(text)}`;
  return void use(value);
}

function numbers(text, count, inside, use) {
  const values = text.split(",").map(part => parse(part)).map(value => value && Number(value));
  if (values.length !== count || values.includes(null)) return `must be ${count} numbers with commas between them, got ${shownText(text)}`;
  return values.map(inside).find(Boolean) ?? void use(values);
}

function matrix(text, {n, m}, use) {
  const lines = text.split(";"), W = [];
  if (lines.length !== m) return `must be ${m} rows with semicolons between them, got ${lines.length}`;
  for (const line of lines) {
    const wrong = numbers(line, n, INSIDE.weight, values => W.push(values));
    if (wrong) return wrong;
  }
  return void use(W);
}
