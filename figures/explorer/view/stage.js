// The columns of W as arrows, on a line, in the plane or in space; each is moved by pointer or keys, and space is turned.

import {draggable, h, number, onArrows, placeIn, put, svg} from "./dom.js";

const REACH = 1.7, MOST = 2;
export const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#c4679b", "#b8860b", "#3a9bd1"];

const clamp = x => Math.max(-MOST, Math.min(MOST, x));

export class Stage {
  // Without `move` the columns only stand there. `move(i, column)` asks for a new column i, `turned(turn, tilt)` for another view.
  constructor(label, {move = null, turned = null} = {}) {
    Object.assign(this, {move, turned, label, arrows: []});
    this.ground = svg("g", {"aria-hidden": true});
    this.columns = svg("g");
    this.drawing = svg("svg", {viewBox: `${-REACH} ${-REACH} ${2 * REACH} ${2 * REACH}`, class: "stage", role: move ? "group" : "img",
      "aria-label": label}, this.ground, this.columns);
    this.element = h("div", {class: "square plain"}, this.drawing);
    if (turned) this.turnable();
  }

  turnable() {
    draggable(this.drawing, event => {
      if (this.W?.length !== 3) return null;
      const [x, y] = placeIn(this.drawing, event), {turn, tilt} = this;
      return later => {
        const [nx, ny] = placeIn(this.drawing, later);
        this.turned(turn - (nx - x) * 60, Math.max(-90, Math.min(90, tilt + (ny - y) * 60)));
      };
    });
    onArrows(this.drawing, ([right, up]) => this.W?.length === 3 && this.turned(this.turn + 3 * right, Math.max(-90, Math.min(90, this.tilt + 3 * up))));
  }

  // Right, up and towards the reader, as directions in the space of W.
  get frame() {
    const m = this.W.length, [t, u] = [this.turn, this.tilt].map(angle => angle * Math.PI / 180);
    if (m < 3) return [[1, 0], [0, 1], [0, 0]].map(axis => axis.slice(0, m));
    return [[Math.cos(t), Math.sin(t), 0], [Math.sin(t) * Math.sin(u), -Math.cos(t) * Math.sin(u), Math.cos(u)],
      [Math.sin(t) * Math.cos(u), -Math.cos(t) * Math.cos(u), -Math.sin(u)]].map((axis, k) => k === 2 ? axis.map(x => -x) : axis);
  }

  show(W, {turn = 0, tilt = 0} = {}) {
    Object.assign(this, {W, turn, tilt});
    if (this.turned) this.drawing.setAttribute("tabindex", W.length === 3 ? 0 : -1);
    const n = W[0].length, m = W.length, frame = this.frame;
    const along = (axis, column) => axis.reduce((total, part, k) => total + part * column[k], 0);
    const columns = W[0].map((_, i) => W.map(line => line[i]));
    const seen = columns.map((column, i) => {
      const [x, y, depth] = frame.map(axis => along(axis, column));
      return {x, y: m === 1 ? lane(i, n) : -y, depth: m === 3 ? depth : 0, column};
    });
    this.backdrop(m, frame, n);
    while (this.arrows.length > n) this.arrows.pop().remove();
    while (this.arrows.length < n) this.arrows.push(this.arrow(this.arrows.length));
    seen.forEach((place, i) => this.place(this.arrows[i], i, place, m, n));
    if (!this.columns.contains(document.activeElement)) {
      const order = [...seen.keys()].sort((i, j) => seen[i].depth - seen[j].depth);
      put(this.columns, order.map(i => this.arrows[i]));
    } else for (const arrow of this.arrows) if (!arrow.parentNode) this.columns.append(arrow);
  }

  arrow(i) {
    const group = svg("g", {class: "column", style: `--own:${COLOURS[i]}`}, svg("line", {class: "shaft"}),
      svg("circle", {r: 0.22, class: "reach"}), svg("circle", {r: 0.115, class: "head"}), svg("text", {class: "number"}, String(i + 1)));
    if (!this.move) return group;
    group.setAttribute("tabindex", 0);
    group.setAttribute("role", "application");
    group.setAttribute("aria-roledescription", "movable column");
    draggable(group, event => {
      const [x, y] = placeIn(this.drawing, event), before = this.W.map(line => line[i]), frame = this.frame;
      group.focus({preventScroll: true});
      return later => {
        const [nx, ny] = placeIn(this.drawing, later);
        this.shift(i, before, frame, [nx - x, y - ny, 0]);
      };
    });
    onArrows(group, ([right, up, forward = 0]) => {
      const before = this.W.map(line => line[i]), sideways = this.W.length === 1 ? right + up : right;
      this.shift(i, before, this.frame, [sideways / 100, up / 100, forward / 100]);
    });
    return group;
  }

  shift(i, before, frame, by) {
    this.move(i, before.map((value, k) => clamp(value + frame.reduce((total, axis, a) => total + axis[k] * by[a], 0))));
  }

  place(group, i, {x, y, depth, column}, m, n) {
    const [shaft, reach, head, text] = group.children, near = m === 3 ? 1 + 0.16 * depth : 1;
    const from = m === 1 ? lane(i, n) : 0;
    for (const [name, value] of Object.entries({x1: 0, y1: from, x2: x, y2: y})) shaft.setAttribute(name, value);
    for (const circle of [reach, head]) circle.setAttribute("cx", x), circle.setAttribute("cy", y);
    head.setAttribute("r", (0.115 * near).toFixed(4));
    text.setAttribute("x", x);
    text.setAttribute("y", y);
    group.style.opacity = m === 3 ? (0.78 + 0.22 * Math.max(-1, Math.min(1, depth))).toFixed(3) : 1;
    if (this.move) {
      const keys = m === 3 ? "Arrow keys and Page Up, Page Down move it." : "Arrow keys move it.";
      group.setAttribute("aria-label", `Column ${i + 1}: ${column.map(value => number(value, 3)).join(", ")}. ${keys}`);
    }
  }

  backdrop(m, frame, n) {
    if (m === 1) {
      put(this.ground, svg("line", {x1: 0, y1: -REACH, x2: 0, y2: REACH, class: "rule"}),
        [-1, 1].map(x => svg("line", {x1: x, y1: -REACH, x2: x, y2: REACH, class: "rule faint"})),
        Array.from({length: n}, (_, i) => svg("line", {x1: -REACH, y1: lane(i, n), x2: REACH, y2: lane(i, n), class: "rule faint"})));
      return;
    }
    const axes = Array.from({length: m}, (_, k) => {
      const [x, y] = [frame[0][k], -frame[1][k]].map(value => value * 1.35);
      return svg("line", {x1: -x, y1: -y, x2: x, y2: y, class: "rule"});
    });
    put(this.ground, svg("circle", {r: 1, class: m === 3 ? "unit ball" : "unit"}), axes);
  }
}

// On a line each column has a lane of its own, so that none hides another.
const lane = (i, n) => (i - (n - 1) / 2) * Math.min(0.8, 2.6 / n);
