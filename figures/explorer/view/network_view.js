// Any small network: its columns, what they form, and two ways down.

import {parse} from "../kernel/fraction.js";
import {describe} from "../kernel/geometry.js";
import {dimensionalities, evaluate, gram} from "../kernel/network.js";
import {bars, heatMap, traceLegend} from "./charts.js";
import {announce, choice, eachFrame, h, number, put, slider, svg, toggle} from "./dom.js";
import {Race} from "./race.js";
import {copy, csv, download, standalone} from "./save.js";
import {COLOURS, Stage} from "./stage.js";
import {MOST, shortened, start} from "./state.js";

export class NetworkView {
  // `known`: {polytopes, least}, what the page carries.
  constructor(model, changed, known) {
    Object.assign(this, {model, changed, known, race: new Race(this)});
    this.update = eachFrame(() => this.frame());
    this.stage = new Stage("Columns of W; each can be moved", {
      move: (i, column) => this.set({W: model.W.map((line, k) => line.map((w, j) => j === i ? shortened(column[k], 4) : w))}),
      turned: (turn, tilt) => this.set({turn, tilt}),
    });
    this.other = new Stage("Columns of the trained copy");
    this.readout = h("dl", {class: "readout"});
    [this.heat, this.bars, this.trace] = ["heat", "bars", "trace"].map(kind => svg("svg", {class: kind, role: "img", "aria-label": kind}));
    this.element = h("div", {class: "network"}, this.stages(), this.panel(), this.pictures());
    this.built = "";
  }

  stages() {
    const button = (name, act, kind) => h("button", {type: "button", class: kind, onclick: act}, name);
    this.descend = button("Descend", () => this.race.toggle("exact"), "main");
    this.train = button("Train", () => this.race.toggle("trained"), "main");
    this.both = button("Both", () => this.race.both());
    this.otherNote = h("p", {class: "caption"});
    this.hint = h("p", {class: "caption"});
    this.best = button("Least known", () => this.toBest());
    return [
      h("figure", {class: "card"}, h("h3", {}, "Your network"), this.stage.element, this.hint,
        h("div", {class: "buttons"}, this.descend, this.both, button("Random", () => this.random()), button("Even", () => this.set(start(this.model.n, this.model.m))), this.best)),
      h("figure", {class: "card"}, h("h3", {}, "A copy, trained on samples"), this.other.element, this.otherNote,
        h("div", {class: "buttons"}, this.train, button("Take it over", () => this.race.takeOver()))),
    ];
  }

  panel() {
    const {features, dimensions} = MOST, range = (low, high) => Array.from({length: high - low + 1}, (_, k) => low + k);
    const resize = (n, m) => this.set({n, m: Math.min(m, n - 1), ...start(n, Math.min(m, n - 1))});
    this.n = choice("features n", range(2, features), n => resize(Number(n), this.model.m));
    this.m = choice("dimensions m", range(1, dimensions), m => resize(Math.max(this.model.n, Number(m) + 1), Number(m)));
    this.sparsity = slider({label: "Sparsity s", low: 0, high: 0.999, step: 0.001, change: s => this.set({s})});
    this.bias = toggle("Bias", bias => this.set(bias ? {bias} : {bias, b: this.model.b.map(() => 0)}));
    this.rate = slider({label: "Step size", low: 0.001, high: 1, step: 0.001, log: true, change: rate => this.race.set({rate: Number(parse(rate))})});
    this.batch = slider({label: "Samples a step", low: 1, high: 4096, step: 1, log: true, change: count => this.race.set({batch: Math.round(Number(parse(count)))})});
    this.features = h("div", {class: "features"});
    return h("section", {class: "card panel", "aria-label": "Setting and readout"}, this.readout,
      h("div", {class: "fields"}, h("div", {class: "choices"}, this.n.element, this.m.element, this.bias.element), this.sparsity.element),
      h("details", {}, h("summary", {}, "Biases and importances"), this.features),
      h("details", {}, h("summary", {}, "How it descends and trains"), this.rate.element, this.batch.element),
      h("div", {class: "buttons"}, h("button", {type: "button", onclick: () => copy(this.python(), "Python")}, "Copy as Python"),
        h("button", {type: "button", onclick: () => copy(location.href, "Link")}, "Copy link"),
        h("button", {type: "button", onclick: () => download("columns.svg", "image/svg+xml", this.picture())}, "SVG"),
        h("button", {type: "button", onclick: () => download("network.csv", "text/csv", this.numbers())}, "CSV")));
  }

  pictures() {
    return h("div", {class: "trio"},
      h("figure", {class: "card"}, h("h3", {}, "WᵀW"), this.heat, h("p", {class: "caption"}, "What output i (row) takes from feature j (column).")),
      h("figure", {class: "card"}, h("h3", {}, "Dimensions per feature, Dᵢ"), this.bars),
      h("figure", {class: "card"}, h("h3", {}, "Loss by step"), this.trace, this.traceNote = h("p", {class: "caption"}), traceLegend()));
  }

  get density() { return 1 - Number(parse(this.model.s)); }

  get kernelModel() {
    const {W, b, importance} = this.model;
    return {W, b, importance, p: this.density};
  }

  // `running`: the race itself moves the network, and goes on.
  set(part, running = false) {
    Object.assign(this.model, part);
    if (!running && !("turn" in part)) this.race.moved();
    this.update();
    this.changed();
  }

  random() {
    const {n, m} = this.model, normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
    this.set({W: Array.from({length: m}, () => Array.from({length: n}, () => shortened(Math.max(-1.5, Math.min(1.5, 0.5 * normal()))))), b: Array(n).fill(0)});
  }

  // The atlas' entry of this setting, if it has one: of equal importances, with bias.
  get entry() {
    const {n, m, s, importance, bias} = this.model, value = Number(parse(s));
    if (!bias || importance.some(weight => weight !== importance[0]) || !importance[0]) return null;
    const table = this.known.least[`${n},${m}`] ?? {}, found = Object.keys(table).find(text => Number(text) === value);
    return found === undefined ? null : {...table[found], loss: table[found].loss * importance[0]};
  }

  toBest() {
    const {W, b} = this.entry;
    this.set({W, b});
  }

  build() {
    const {n} = this.model, field = (label, key, low, high, i) => slider({label, low, high, step: 0.01, compact: true,
      change: text => this.set({[key]: this.model[key].map((value, j) => j === i ? Number(parse(text)) : value)})});
    this.perFeature = Array.from({length: n}, (_, i) => ({b: field(`Bias ${i + 1}`, "b", -2, 2, i), importance: field(`Importance ${i + 1}`, "importance", 0, 2, i)}));
    put(this.features, this.perFeature.map(({b, importance}, i) => h("div", {class: "feature", style: `--own:${COLOURS[i]}`}, importance.element, b.element)));
    this.built = String(n);
  }

  frame() {
    const {model} = this, {n, m, W, b, importance} = model;
    if (this.built !== String(n)) this.build();
    this.stage.show(W, model);
    this.other.show(this.race.trained?.W ?? W, model);
    this.n.select.value = n;
    this.m.select.value = m;
    this.sparsity.show(model.s);
    this.bias.box.checked = model.bias;
    this.rate.show(String(this.race.rate));
    this.batch.show(String(this.race.batch));
    this.perFeature.forEach((fields, i) => {
      fields.b.show(String(shortened(b[i])));
      fields.importance.show(String(importance[i]));
      for (const input of [fields.b.range, fields.b.text]) input.disabled = !model.bias;
    });
    this.hint.textContent = m === 3 ? "Drag a column, or the ball to turn it." : "Drag a column, or give it the focus and use the arrow keys.";
    heatMap(this.heat, gram(W));
    bars(this.bars, dimensionalities(W), this.known.polytopes.levels);
    this.read();
  }

  read() {
    const {loss, error, slow} = evaluate(this.kernelModel), shape = describe(this.model.W, this.known.polytopes), entry = this.entry;
    const gap = entry ? h("span", {}, number(loss - entry.loss, 4), h("span", {class: "soft"}, ` above ${number(entry.loss, 9)}`)) : this.noGap();
    const rows = [["Loss K", h("strong", {}, number(loss, 12))],
      ["Rounding below", `${number(error, 1)}${slow ? `, ${slow} of ${this.model.n} rows by the slower sum` : ""}`],
      ["Geometry", shape.name], ["Gap to the least known", gap]];
    put(this.readout, rows.map(([term, said]) => h("div", {}, h("dt", {}, term), h("dd", {}, said))));
    this.best.disabled = !entry;
    this.race.show(entry?.loss);
    if (!this.race.running) announce(`K = ${number(loss)}, ${shape.name}.`);
  }

  noGap() {
    const {n, m} = this.model, known = Object.keys(this.known.least[`${n},${m}`] ?? {});
    return `known with bias, equal importances and s = ${known.join(", ")}`;
  }

  python() {
    const {W, b, importance, s} = this.model, lines = W.map(line => `[${line.join(", ")}]`).join(", ");
    return `import antipodal\n\nW = [${lines}]\nb = [${b.join(", ")}]\nimportance = [${importance.join(", ")}]\n` +
      `print(antipodal.loss(W, b, ${Number(parse(s))}, importance), antipodal.describe(W))\n`;
  }

  picture() { return standalone(this.stage.drawing); }

  numbers() {
    const {n, m, W, b, importance} = this.model, D = dimensionalities(W);
    const head = ["feature", ...Array.from({length: m}, (_, k) => `W${k + 1}`), "b", "importance", "D"];
    return csv([head, ...Array.from({length: n}, (_, i) => [i + 1, ...W.map(line => line[i]), b[i], importance[i], D[i]])]);
  }
}
