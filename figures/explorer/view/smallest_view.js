// The smallest model: two features, one dimension.

import {inertia, withBestBias} from "../kernel/critical.js";
import {fromNumber, parse} from "../kernel/fraction.js";
import {exactLoss, jet, phase} from "../kernel/smallest.js";
import {DiagramView} from "./diagram_view.js";
import {announce, eachFrame, h, number, put, slider, svg, toggle} from "./dom.js";
import {EXTENT, KINDS, LandscapeView, shape} from "./landscape_view.js";
import {copy, csv, download, standalone} from "./save.js";
import {shortened} from "./state.js";

const signs = ([negative, zero, positive]) => `${negative} −, ${positive} +` + (zero ? `, ${zero} zero` : "");
const clamp = (x, most) => Math.max(-most, Math.min(most, x));

export class SmallestView {
  // `changed()` is called when the state has changed.
  constructor(model, changed) {
    Object.assign(this, {model, changed, times: []});
    this.update = eachFrame(() => this.frame());
    this.landscape = new LandscapeView((x, y) => this.move(x, y), points => this.list(points));
    this.diagram = new DiagramView((s, i2) => this.set({s, i2}));
    this.controls();
    this.readout = h("dl", {class: "readout"});
    this.table = h("tbody");
    this.element = h("div", {class: "smallest"}, this.pictures(), this.panel(), this.critical());
  }

  controls() {
    const field = (label, key, low, high, step, log) => slider({label, low, high, step, log, change: text => this.set({[key]: text})});
    this.fields = {
      s: field("Sparsity s", "s", 0, 0.99, 0.01), i2: field("Importance I₂ (I₁ = 1)", "i2", 0.1, 10, 0.01, true),
      penalty: field("Penalty λ", "penalty", 0, 0.1, 0.001),
    };
    this.biases = [0, 1].map(i => slider({label: `Bias b${"₁₂"[i]}`, low: -2, high: 2, step: 0.001, change: text => {
      const b = [...this.model.b];
      b[i] = Number(parse(text));
      this.set({b, follow: false});
    }}));
    this.bias = toggle("Bias", bias => this.set({bias, follow: true}));
    this.follow = toggle("Best bias for these weights", follow => this.set({follow}));
  }

  pictures() {
    const legend = h("ul", {class: "legend"}, KINDS.map(kind => h("li", {}, svg("svg", {viewBox: "-.1 -.1 .2 .2", class: "sign"}, shape(kind)), kind)));
    this.caption = h("p", {class: "caption"});
    return [
      h("figure", {class: "card"}, h("h3", {}, "The landscape"), this.landscape.element, legend, this.caption),
      h("figure", {class: "card"}, h("h3", {}, "What is best where"), this.diagram.element,
        h("p", {class: "axis-name"}, "across: sparsity s, up: importance I₂ / I₁"), this.diagram.legend),
    ];
  }

  panel() {
    this.best = h("button", {type: "button", onclick: () => this.go(this.landscape.points[0])}, "Go to the best");
    const save = h("div", {class: "buttons"}, h("button", {type: "button", onclick: () => copy(this.python(), "Python")}, "Copy as Python"),
      h("button", {type: "button", onclick: () => copy(location.href, "Link")}, "Copy link"),
      h("button", {type: "button", onclick: () => download("landscape.svg", "image/svg+xml", this.picture())}, "SVG"), h("button", {type: "button", onclick: () => download("critical_points.csv", "text/csv", this.numbers())}, "CSV"));
    this.biasPart = h("div", {class: "biases"}, this.follow.element, this.biases.map(field => field.element));
    return h("section", {class: "card panel", "aria-label": "Setting and readout"},
      h("div", {class: "fields"}, Object.values(this.fields).map(field => field.element), this.bias.element, this.biasPart),
      this.readout, h("div", {class: "buttons"}, this.best), save);
  }

  critical() {
    const head = ["", "Kind", "Phase", "w₁, w₂", "b₁, b₂", "K", "Hessian", ""].map(name => h("th", {scope: "col"}, name));
    return h("section", {class: "card wide"}, h("h3", {}, "Critical points"), this.note = h("p", {class: "soft small"}),
      h("div", {class: "scroll", tabindex: 0, role: "region", "aria-label": "Critical points"}, h("table", {}, h("thead", {}, h("tr", {}, head)), this.table)));
  }

  get exact() {
    const {s, i2, penalty} = this.model;
    return {sparsity: parse(s), first: parse("1"), second: parse(i2), penalty: parse(penalty)};
  }

  get setting() {
    const {sparsity, first, second, penalty} = this.exact;
    return {p: 1 - Number(sparsity), first: Number(first), second: Number(second), penalty: Number(penalty)};
  }

  get point() {
    const {w, b, bias} = this.model;
    return [...w, ...(bias ? b : [0, 0])];
  }

  set(part) {
    Object.assign(this.model, part);
    if (this.model.bias && this.model.follow) this.model.b = withBestBias(...this.model.w, this.setting.p).slice(2).map(x => shortened(x, 4));
    this.update();
    this.changed();
  }

  move(x, y) { this.set({w: [shortened(clamp(x, EXTENT)), shortened(clamp(y, EXTENT))]}); }

  go({point: [w1, w2, b1, b2]}) { this.set({w: [shortened(w1, 5), shortened(w2, 5)], b: [shortened(b1, 5), shortened(b2, 5)]}); }

  frame() {
    const {model, setting} = this;
    this.times.push(this.landscape.frame(setting, model.bias, model.w));
    this.diagram.frame(setting, model.bias);
    for (const [key, field] of Object.entries(this.fields)) field.show(model[key]);
    this.biases.forEach((field, i) => field.show(String(model.b[i])));
    this.bias.box.checked = model.bias;
    this.follow.box.checked = model.follow;
    this.biasPart.hidden = !model.bias;
    this.read();
  }

  read() {
    const {setting, point, model} = this, {value, gradient, hessian} = jet(setting, point, model.bias);
    const exact = exactLoss(this.exact, point.map(x => parse(String(x)) ?? fromNumber(x)));
    const least = this.landscape.points[0]?.value, name = phase(point, model.bias);
    const gradientNames = model.bias ? "(w₁, w₂, b₁, b₂)" : "(w₁, w₂)";
    const entries = [
      ["Loss K", h("strong", {}, number(value, 12))],
      ["as a fraction", h("span", {class: "fraction"}, String(exact))],
      [`Gradient in ${gradientNames}`, gradient.map(x => number(x, 4)).join(", ")],
      ["Phase here", name],
      ["Signs of the Hessian", signs(inertia(hessian))],
      ["Above the least", least === undefined ? "…" : number(Math.max(value - least, 0), 4)],
    ];
    put(this.readout, entries.map(([term, said]) => h("div", {}, h("dt", {}, term), h("dd", {}, said))));
    announce(`K = ${number(value)}, ${name}.`);
  }

  list(points) {
    const {bias} = this.model;
    this.note.textContent = bias
      ? "Found by Newton’s method from 63 starts, biases included: each is one up to rounding, but another may be missing. The picture shows K at the best biases."
      : "All of them: roots of the derived polynomials of each chamber. On the axes K has a kink. ±W is one model, listed once.";
    put(this.table, points.map(point => {
      const {kind, phase: name, point: [w1, w2, b1, b2], value, inertia: found, mark} = point;
      const cell = (label, ...children) => h("td", {"data-label": label}, ...children);
      return h("tr", {}, h("td", {class: "sign-cell"}, svg("svg", {viewBox: "-.1 -.1 .2 .2", class: "sign", "aria-hidden": true}, shape(mark))),
        cell("Kind", mark === "global minimum" ? mark : kind), cell("Phase", name), cell("w₁, w₂", `${number(w1)}, ${number(w2)}`), cell("b₁, b₂", bias ? `${number(b1, 4)}, ${number(b2, 4)}` : "none"),
        cell("K", number(value, 9)), cell("Hessian", found ? signs(found) : "kink"),
        h("td", {}, h("button", {type: "button", class: "small", onclick: () => this.go(point), "aria-label": `Go to the ${kind}, ${name}`}, "Go")));
    }));
    const best = points[0];
    this.caption.textContent = `K above its least, each line a factor of two. Best here: ${best.phase}, K = ${number(best.value, 9)}.`;
    this.read();
  }

  python() {
    const {s, i2, penalty, bias, b, w} = this.model;
    if (!bias) {
      return `import antipodal\n\nmodel = antipodal.SmallestModel("${s}", (1, "${i2}"), "${penalty}")\n` +
        `print(model.loss("${w[0]}", "${w[1]}"))\nfor point in model.critical_points():\n    print(point)\n`;
    }
    const note = Number(parse(penalty)) ? "  # without the penalty" : "";
    return `import antipodal\n\nK = antipodal.exact_loss([["${w[0]}", "${w[1]}"]], ["${b[0]}", "${b[1]}"], "${s}", (1, "${i2}"))${note}\nprint(K, float(K))\n`;
  }

  picture() { return standalone(this.landscape.drawing, this.landscape.canvas); }

  numbers() {
    const rows = this.landscape.points.map(({kind, phase: name, point, value}) => [kind, name, ...point, value]);
    return csv([["kind", "phase", "w1", "w2", "b1", "b2", "K"], ...rows]);
  }
}
