// The explorer's kernel under Node: `node --test`, with KERNEL, a folder that holds the modules, and VALUES, a file that holds what
// Python has for the same places. test_explorer.py runs it.

import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {test} from "node:test";
import {pathToFileURL} from "node:url";

const load = name => import(pathToFileURL(`${process.env.KERNEL}/${name}.js`));
const {Fraction, fromNumber, parse, power, product, quotient, ratio, sum} = await load("fraction");
const {at, roots} = await load("polynomial");
const {exactLoss, feature, jet, loss} = await load("smallest");
const {criticalPoints, inertia, solve} = await load("critical");
const {bestBias, Grid} = await load("profile");
const {phasesOf, rows, importanceOf, sparsityOf} = await load("diagram");
const {emptyRow, vertexSums} = await load("vertex_sums");
const {boxSums} = await load("box_sums");
const {evaluate, gram} = await load("network");
const {describe} = await load("geometry");
const {descend, randomFrom, train} = await load("descent");
const {read, write, defaults} = await load("state");
const values = JSON.parse(readFileSync(process.env.VALUES, "utf8"));

const EPS = 2 ** -52;
const near = (got, want, most, why) => assert.ok(Math.abs(got - want) <= most, `${why ?? ""} got ${got}, want ${want}, off by ${got - want}`);
const random = randomFrom(7), between = (low, high) => low + (high - low) * random();
const matrix = (m, n, reach) => Array.from({length: m}, () => Array.from({length: n}, () => between(-reach, reach)));

test("fractions are exact, in lowest terms, and become the nearest float", () => {
  assert.equal(String(sum(ratio(1n, 6n), ratio(1n, 3n))), "1/2");
  assert.equal(String(product(ratio(-2n, 3n), ratio(3n, 4n), ratio(4n, -1n))), "2");
  assert.equal(String(quotient(ratio(1n, 2n), ratio(-3n, 4n))), "-2/3");
  assert.equal(String(power(ratio(-2n, 3n), 3)), "-8/27");
  assert.throws(() => new Fraction(1n, 0n), RangeError);
  for (const x of [0, 1, -0.1, 1 / 3, 5e-300, 1.7e300, -123456.789]) assert.equal(Number(fromNumber(x)), x);
  assert.equal(Number(ratio(1n, 3n)), 1 / 3);
  // Just above the middle between two floats: the bits that are cut off decide.
  assert.equal(Number(sum(ratio(1n, 1n), ratio(1n, 2n ** 53n), ratio(1n, 2n ** 90n))), 1 + EPS);
  for (let k = 0; k < 3000; k++) {
    const x = random() * 10 ** Math.round(between(-20, 5));
    assert.equal(Number(parse(String(x))), x);
  }
});

test("text is read as an exact number or not at all", () => {
  for (const [text, want] of [["0.25", "1/4"], [" -3 ", "-3"], ["1/3", "1/3"], ["1e-3", "1/1000"], [".5", "1/2"], ["2.", "2"]]) {
    assert.equal(String(parse(text)), want);
  }
  for (const text of ["", "x", "1/0", "--1", "1e999", "0x10", "1 2", ".", "9".repeat(40), "alert(1)"]) assert.equal(parse(text), null, text);
});

test("roots of a polynomial in an interval", () => {
  const found = roots([-6, 11, -6, 1], 0, 4); // (u − 1)(u − 2)(u − 3)
  assert.deepEqual(found.map(u => u.toFixed(12)), ["1.000000000000", "2.000000000000", "3.000000000000"]);
  assert.deepEqual(roots([1, 0, 1], -5, 5), []);
  near(at([1, 2, 3], 2), 17, 0);
});

test("the smallest model's loss is Python's, exactly in fractions and to rounding in floats", () => {
  for (const {setting, point, exact, value} of values.smallest) {
    const [sparsity, first, second, penalty] = setting.map(parse), place = point.map(parse);
    assert.equal(String(exactLoss({sparsity, first, second, penalty}, place)), exact);
    const floats = {p: 1 - Number(sparsity), first: Number(first), second: Number(second), penalty: Number(penalty)};
    near(loss(floats, place.map(Number), true), value, 40 * EPS * (floats.first + floats.second + floats.penalty) * 8);
    if (point[2] === "0" && point[3] === "0") near(loss(floats, place.map(Number), false), value, 40 * EPS * 24);
  }
});

test("gradient and Hessian are the differences of the loss, with bias and without", () => {
  const setting = {p: 0.3, first: 1, second: 0.5, penalty: 0.05}, step = 1e-5;
  for (let k = 0; k < 200; k++) {
    const bias = k % 4 > 0, size = () => between(0.2, 1.4) * (random() < 0.5 ? -1 : 1);
    const point = [size(), size(), bias ? between(-1, 1) : 0, bias ? between(-1, 1) : 0], {value, gradient, hessian} = jet(setting, point, bias);
    near(value, loss(setting, point, bias), 40 * EPS * 8);
    gradient.forEach((slope, i) => {
      const [low, high] = [-step, step].map(by => point.map((x, j) => j === i ? x + by : x));
      near((loss(setting, high, bias) - loss(setting, low, bias)) / (2 * step), slope, 1e-7);
      // Where a vertex value changes sign second derivatives jump; one of these places is as near as a step to one point in 10⁴.
      const [before, after] = [jet(setting, low, bias).gradient, jet(setting, high, bias).gradient];
      hessian[i].forEach((entry, j) => near((after[j] - before[j]) / (2 * step), entry, 1e-4, `entry ${i}, ${j} at ${point}`));
    });
  }
});

test("critical points without bias are those of the exact solver", () => {
  for (const {setting: [p, first, second, penalty], points} of values.critical) {
    const found = criticalPoints({p, first, second, penalty}, false);
    assert.equal(found.length, points.length);
    points.forEach(({kind, weights, loss: want}) => {
      const same = found.find(({point}) => Math.abs(point[0] - weights[0]) < 1e-7 && Math.abs(point[1] - weights[1]) < 1e-7);
      assert.ok(same, `no critical point at ${weights}`);
      assert.equal(same.kind, kind);
      near(same.value, want, 1e-12);
    });
  }
});

test("with bias the least critical point is the certified minimum", () => {
  assert.ok(values.certified.length > 8);
  for (const {setting: [p, first, second, penalty], lower, upper} of values.certified) {
    const [best] = criticalPoints({p, first, second, penalty}, true);
    near(best.value, lower, 1e-12 + upper - lower);
    assert.ok(Math.abs(jet({p, first, second, penalty}, best.point, true).gradient.reduce((most, g) => Math.max(most, Math.abs(g)), 0)) < 1e-10);
  }
});

test("the best bias is the best of a fine grid", () => {
  for (let k = 0; k < 100; k++) {
    const w = between(0, 1.5), v = between(-1.5, 1.5), p = between(0.01, 1), {bias, value} = bestBias(w * w, w * v, p);
    near(value, feature(w * w, w * v, bias, p), 1e-15);
    for (let b = -4.5; b < 2; b += 0.02) assert.ok(value <= feature(w * w, w * v, b, p) + 1e-12);
  }
});

test("a grid holds the loss, with the best biases where there are any", () => {
  const grid = new Grid(16, 1.4), setting = {p: 0.4, first: 1, second: 0.7, penalty: 0.01};
  for (const bias of [false, true]) {
    grid.fill(setting, bias);
    for (const [row, column] of [[0, 0], [3, 12], [15, 4], [8, 8]]) {
      const [w1, w2] = [grid.weight(column), grid.weight(15 - row)], biases = bias ? [bestBias(w1 * w1, w1 * w2, 0.4).bias, bestBias(w2 * w2, w1 * w2, 0.4).bias] : [0, 0];
      near(grid.losses[row * 16 + column], loss(setting, [w1, w2, ...biases], bias), 1e-14);
    }
  }
});

test("the phase diagram agrees with the critical points", () => {
  for (const bias of [false, true]) {
    const count = 10, cells = [...rows(0, bias, count)];
    for (let k = 0; k < 16; k++) {
      const [row, column] = [k * 7 % count, k * 5 % count];
      const setting = {p: 1 - sparsityOf(column, count), first: 1, second: importanceOf(row, count), penalty: 0};
      const [best] = criticalPoints(setting, bias);
      assert.equal(phasesOf(bias)[cells[row][column]], best.phase);
    }
  }
});

test("eigenvalue signs and linear systems", () => {
  assert.deepEqual(inertia([[2, 1, 0], [1, -3, 0], [0, 0, 0]]), [1, 1, 1]);
  assert.deepEqual(solve([[0, 2], [3, 1]], [4, 5]).map(x => x.toFixed(12)), ["1.000000000000", "2.000000000000"]);
  assert.equal(solve([[1, 2], [2, 4]], [1, 1]), null);
});

test("both sums agree, and the estimate of rounding is never too small", () => {
  for (let k = 0; k < 150; k++) {
    const n = 2 + k % 5, W = matrix(1 + k % 3, n, 1.2), i = k % n;
    if (k % 2) W.forEach(line => { line[(i + 1) % n] *= 10 ** -between(0, 4); });
    const g = gram(W)[i], b = between(-0.5, 0.5), p = between(0.01, 1), [fast, safe] = [emptyRow(n), emptyRow(n)];
    vertexSums(g, i, b, p, fast, true);
    boxSums(g, i, b, p, safe, true);
    const differences = [fast.square - safe.square, fast.cross - safe.cross, fast.mean - safe.mean, fast.share - safe.share,
      ...fast.crosses.map((x, j) => x - safe.crosses[j]), ...fast.shares.map((x, j) => x - safe.shares[j])];
    differences.forEach(difference => near(difference, 0, fast.error + 1e-14));
    assert.ok(Math.abs(2 * (fast.square - safe.square)) <= fast.error + 1e-15);
  }
});

test("networks whose slopes nearly vanish keep their digits", () => {
  for (const {W, b, importance, p, loss: want, scale} of values.networks) {
    const got = evaluate({W, b, importance, p});
    near(got.loss, want, 1e-13 * scale);
    assert.ok(Math.abs(got.loss - want) <= got.error + 1e-14 * scale);
  }
});

test("a network's gradient is the difference of its loss", () => {
  for (let k = 0; k < 12; k++) {
    const n = 2 + k % 5, m = 1 + k % 3, W = matrix(m, n, 1.1), b = matrix(1, n, 0.3)[0], importance = b.map((_, i) => 1 - 0.1 * i), p = 0.3;
    if (k % 3 === 0) W.forEach(line => { line[0] = 0; });
    if (k % 4 === 0) W.forEach(line => { line[1] *= 1e-6; });
    const {byW, byB} = evaluate({W, b, importance, p}, true), step = 1e-5;
    const change = move => { const [low, high] = [-step, step].map(by => evaluate(move(by)).loss); return (high - low) / (2 * step); };
    for (let i = 0; i < n; i++) {
      near(change(by => ({W, b: b.map((x, j) => j === i ? x + by : x), importance, p})), byB[i], 1e-8);
      for (let a = 0; a < m; a++) {
        near(change(by => ({W: W.map((line, c) => line.map((x, j) => c === a && j === i ? x + by : x)), b, importance, p})), byW[a][i], 1e-8);
      }
    }
  }
});

test("geometry has the names that Python gives it", () => {
  for (const {W, name, parts} of values.geometry) {
    const found = describe(W, values.polytopes);
    assert.deepEqual(found.parts.map(part => part.name).sort(), parts, name);
  }
  assert.equal(describe([[1, -1, 0, 0, 0], [0, 0, 1, -1, 0]], values.polytopes).name, "square (2 digons) + 1 unlearned");
  assert.equal(describe([[0, 0]], values.polytopes).name, "nothing stored");
});

test("descent goes down to a place where the gradient vanishes, and training about the same way", () => {
  let model = {W: [[0.5, -0.3, 0.1], [0.2, 0.4, -0.6]], b: [0, 0, 0], importance: [1, 1, 1], p: 0.2}, step = 0.2;
  for (let k = 0, before = Infinity; k < 800; k++) {
    const next = descend(model, step, true);
    assert.ok(next.loss <= before + 1e-9 * 0.2); // to the rounding that a step may have
    before = next.loss;
    step = next.step;
    model = {...model, W: next.W, b: next.b};
  }
  const {byW, byB} = evaluate(model, true);
  assert.ok(Math.hypot(...byW.flat(), ...byB) < 1e-4);
  // 40,000 samples: each component of the step is off by its deviation over 200, and none by more than 6 of these.
  const start = {...model, W: [[0.9, -0.4, 0.3], [0.1, 0.8, -0.7]], b: [0.1, -0.1, 0]}, exact = evaluate(start, true);
  const stepped = train(start, 1, true, 40000, randomFrom(3));
  stepped.b.forEach((x, i) => near(start.b[i] - x, exact.byB[i], 6 * 2 / 200));
  stepped.W.forEach((line, a) => line.forEach((x, i) => near(start.W[a][i] - x, exact.byW[a][i], 6 * 4 / 200)));
  assert.deepEqual(descend({...start, b: [0, 0, 0]}, 0.1, false).b, [0, 0, 0]);
});

test("an address gives back the state that wrote it", () => {
  const state = defaults();
  Object.assign(state.smallest, {s: "1/3", i2: "0.25", penalty: "0.01", bias: true, follow: false, w: [0.5, -1.25], b: [0.1, -0.2]});
  assert.deepEqual(read(write(state)), {state, problems: []});
  state.view = "network";
  const network = {n: 4, m: 3, s: "0.99", bias: false, W: [[1, 0, 0.5, 0], [0, 1, 0, 0.25], [0, 0, 1, -1]], b: [0, 0, 0, 0], importance: [1, 0.5, 1, 2], turn: 30, tilt: -10};
  state.network = network;
  assert.deepEqual(read(write(state)).state.network, network);
});

test("a bad address is said in a sentence for each part, and the defaults kept", () => {
  for (const [address, said] of [
    ["#s=2", "s must lie between 0 and 0.999, got 2; the default is kept."],
    ["#s=abc", "s must be a number such as 0.5 or 1/2, got “abc”; the default is kept."],
    ["#view=other", "view must be smallest or network, got “other”; the default is kept."],
    ["#w=1", "w must be 2 numbers with commas between them, got “1”; the default is kept."],
    ["#view=network&n=99", "n must be a whole number from 2 to 6, got “99”; the default is kept."],
    ["#view=network&W=1,2", "W must be 2 rows with semicolons between them, got 1; the default is kept."],
    ["#what=1", "“what” is nothing that this view knows; it is left out."],
    ["#%", "a part of the address cannot be read; it is left out."],
    ["#constructor=1&__proto__=2", "“constructor” is nothing that this view knows; it is left out."],
  ]) {
    const {state, problems} = read(address);
    assert.equal(problems[0], said);
    const plain = defaults();
    assert.deepEqual(state[state.view], plain[state.view]);
  }
});
