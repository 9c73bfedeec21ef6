// The phase diagram beside the landscape: drawn some rows a frame, and a cross that goes where one clicks.

import {IMPORTANCES, phasesOf, rows} from "../kernel/diagram.js";
import {draggable, h, number, onArrows, placeIn, put, svg} from "./dom.js";

const WIDTH = 100;
const COLOURS = {aligned: "#e8e2cf", antipodal: "#2f7f8c", "one dropped": "#cfd4d6", "partial antipodal": "#e0a458",
  "strong antipodal": "#2f7f8c"};
const BUDGET = 5;

const along = importance => Math.log(importance / IMPORTANCES[0]) / Math.log(IMPORTANCES[1] / IMPORTANCES[0]);

export class DiagramView {
  constructor(go) {
    this.canvas = h("canvas", {width: 96, height: 96, "aria-hidden": true});
    this.cross = svg("g", {class: "handle", tabindex: 0, role: "application", "aria-roledescription": "movable cross",
      "aria-label": "Sparsity and importance"},
      svg("circle", {r: 9, class: "reach"}), svg("path", {d: "M-5 0H5M0-5V5", class: "halo"}), svg("path", {d: "M-5 0H5M0-5V5", class: "ring"}));
    this.names = svg("g", {"aria-hidden": true});
    this.drawing = svg("svg", {viewBox: `0 0 ${WIDTH} ${WIDTH}`, class: "over"}, this.names, this.cross);
    this.legend = h("ul", {class: "legend"});
    this.element = h("div", {class: "square framed"}, this.canvas, this.drawing, ...ticks());
    Object.assign(this, {key: "", running: 0});
    const to = (x, y) => {
      const s = Math.min(0.99, Math.max(0, x / WIDTH));
      const share = Math.min(1, Math.max(0, 1 - y / WIDTH));
      go(s.toFixed(2), String(Number((IMPORTANCES[0] * (IMPORTANCES[1] / IMPORTANCES[0]) ** share).toPrecision(3))));
    };
    draggable(this.drawing, event => {
      const move = later => to(...placeIn(this.drawing, later));
      move(event);
      this.cross.focus({preventScroll: true});
      return move;
    });
    onArrows(this.cross, ([right, up]) => to(this.at[0] + right, this.at[1] - up));
  }

  frame(setting, bias) {
    const key = JSON.stringify([setting.penalty, bias]);
    if (key !== this.key) {
      this.key = key;
      this.paint(setting.penalty, bias);
    }
    this.at = [(1 - setting.p) * WIDTH, (1 - along(setting.second)) * WIDTH];
    this.cross.setAttribute("transform", `translate(${this.at[0]} ${this.at[1]})`);
    this.clear();
    this.cross.setAttribute("aria-label",
      `Sparsity ${number(1 - setting.p)}, importance of feature 2 ${number(setting.second)}. Arrow keys move both.`);
  }

  paint(penalty, bias) {
    const run = ++this.running, count = bias ? 96 : 128, context = this.canvas.getContext("2d"), names = phasesOf(bias);
    const colours = names.map(name => COLOURS[name]);
    // A size that is set, even to what it was, clears a canvas; the old picture stays until it is painted over.
    if (this.canvas.width !== count) this.canvas.width = this.canvas.height = count;
    put(this.legend, names.map(name => h("li", {}, h("span", {class: "swatch", style: `background:${COLOURS[name]}`}), name)));
    const lines = rows(penalty, bias, count);
    const map = [];
    let row = 0;
    put(this.names);
    const some = () => {
      if (run !== this.running) return;
      const began = performance.now();
      while (performance.now() - began < BUDGET) {
        const {value: cells, done} = lines.next();
        if (done) return this.name(names, map);
        cells.forEach((cell, column) => {
          context.fillStyle = colours[cell];
          context.fillRect(column, count - 1 - row, 1, 1);
        });
        map.unshift(cells);
        row++;
      }
      requestAnimationFrame(some);
    };
    some();
  }

  // Nothing is told by colour alone: a phase has its name where it is widest, if it is wide enough.
  name(names, map) {
    const scale = WIDTH / map.length;
    put(this.names, widest(map, names.length).map(({depth, row, column}, k) => depth * scale < 6 ? null
      : svg("text", {x: (column + 0.5) * scale, y: (row + 0.5) * scale, class: `phase ${names[k].replace(" ", "-")}`}, names[k])));
    this.clear();
  }

  // Names beside the cross, not under it.
  clear() {
    for (const name of this.names.children) {
      const [across, down] = [name.getAttribute("x") - this.at[0], name.getAttribute("y") - this.at[1]];
      const under = Math.abs(across) < 6 + 1.3 * name.textContent.length && Math.abs(down) < 8;
      name.setAttribute("dy", under ? (down < 0 ? -8 : 8) - down : 0);
    }
  }
}

// For each phase the cell farthest from others and from the edge, by the distance in steps from cell to cell.
function widest(map, phases) {
  const count = map.length, depth = map.map(row => new Float32Array(row.length));
  const sweep = (rows, columns, before) => {
    for (const row of rows) for (const column of columns) {
      const near = (r, c) => map[r]?.[c] === map[row][column] ? depth[r][c] : 0;
      const reached = Math.min(near(row + before, column), near(row, column + before)) + 1;
      depth[row][column] = before < 0 ? reached : Math.min(depth[row][column], reached);
    }
  };
  const forward = [...Array(count).keys()], back = [...forward].reverse();
  sweep(forward, forward, -1);
  sweep(back, back, 1);
  const best = Array.from({length: phases}, () => ({depth: 0, row: 0, column: 0}));
  map.forEach((line, row) => line.forEach((phase, column) => {
    if (depth[row][column] > best[phase].depth) best[phase] = {depth: depth[row][column], row, column};
  }));
  return best;
}

function ticks() {
  const tick = (side, at, text) => h("span", {class: `tick ${side}`, style: `${side === "left" ? "top" : "left"}:${at}%`}, text);
  return [tick("below", 0, "0"), tick("below", 50, "0.5"), tick("below", 100, "1"), tick("left", 100, "0.1"), tick("left", 50, "1"),
    tick("left", 0, "10")];
}
