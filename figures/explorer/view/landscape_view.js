// K over the plane of (w₁, w₂): the painting, the critical points and the point that one moves.

import {Grid} from "../kernel/profile.js";
import {criticalPoints} from "../kernel/critical.js";
import {draggable, h, number, onArrows, placeIn, put, settled, svg} from "./dom.js";
import {Painting} from "./painting.js";

export const EXTENT = 1.45;
const COUNT = 128;

// Each kind with a shape of its own, around (0, 0).
const SHAPES = {
  "global minimum": "M0-.085 .02-.027 .081-.026 .032.01 .05.069 0 .034-.05.069-.032.01-.081-.026-.02-.027Z",
  minimum: "M-.04 0a.04.04 0 1 0 .08 0 .04.04 0 1 0-.08 0Z",
  saddle: "M-.045-.03-.03-.045 0-.015 .03-.045 .045-.03 .015 0 .045.03 .03.045 0 .015-.03.045-.045.03-.015 0Z",
  maximum: "M0-.05 .045.035-.045.035Z",
  degenerate: "M-.04-.012h.08v.024h-.08Z",
};
export const shape = kind => svg("path", {d: SHAPES[kind], class: `mark ${kind.replace(" ", "-")}`});
export const KINDS = Object.keys(SHAPES).slice(0, 4);

export class LandscapeView {
  // `go(w1, w2)` is called when the point is moved; `found(points)` when the critical points have changed.
  constructor(go, found) {
    this.canvas = h("canvas", {width: 640, height: 640, "aria-hidden": true});
    this.marks = svg("g");
    this.handle = svg("g", {class: "handle", tabindex: 0, role: "application", "aria-roledescription": "movable point",
      "aria-label": "Weights w₁ and w₂"},
      svg("circle", {r: 0.13, class: "reach"}), svg("circle", {r: 0.06, class: "halo"}), svg("circle", {r: 0.06, class: "ring"}),
      svg("circle", {r: 0.012, class: "dot"}));
    this.drawing = svg("svg", {viewBox: `${-EXTENT} ${-EXTENT} ${2 * EXTENT} ${2 * EXTENT}`, class: "over"}, edges(), this.marks, this.handle);
    this.element = h("div", {class: "square"}, this.canvas, this.drawing);
    Object.assign(this, {grid: new Grid(COUNT, EXTENT), painting: new Painting(this.canvas, COUNT), points: [], found, go, key: ""});
    this.search = settled(120, () => this.searched());
    draggable(this.drawing, event => {
      const move = later => { const [x, y] = placeIn(this.drawing, later); go(x, -y); };
      move(event);
      this.handle.focus({preventScroll: true});
      return move;
    });
    onArrows(this.handle, ([right, up]) => go(this.at[0] + right / 200, this.at[1] + up / 200));
  }

  // One frame: losses, shades and lines, where the setting has changed, and the point. Returns milliseconds.
  frame(setting, bias, point) {
    const began = performance.now(), key = JSON.stringify([setting, bias]);
    if (key !== this.key) {
      this.key = key;
      Object.assign(this, {setting, bias});
      const least = this.grid.fill(setting, bias);
      const {p, first, second} = setting, dead = (first + second) * p / 3;
      this.painting.draw(this.grid.losses, least, dead);
      this.search();
    }
    this.at = point;
    this.handle.setAttribute("transform", `translate(${point[0]} ${-point[1]})`);
    this.handle.setAttribute("aria-label", `Weights w₁ = ${number(point[0])}, w₂ = ${number(point[1])}. Arrow keys move them.`);
    return performance.now() - began;
  }

  searched() {
    this.points = criticalPoints(this.setting, this.bias);
    const least = this.points[0].value, size = this.setting.first + this.setting.second;
    for (const point of this.points) {
      point.mark = point.kind === "minimum" && point.value - least < 1e-12 * size ? "global minimum" : point.kind;
    }
    put(this.marks, this.points.flatMap(({point: [w1, w2], mark}) => (w1 || w2 ? [1, -1] : [1]).map(sign => {
      const drawn = shape(mark);
      drawn.setAttribute("transform", `translate(${sign * w1} ${-sign * w2})`);
      return drawn;
    })));
    this.found(this.points);
  }
}

// The chambers: the signs of the weights, and which is larger where they are opposite.
function edges() {
  const line = (x1, y1, x2, y2, kind) => svg("line", {x1, y1, x2, y2, class: `edge ${kind}`});
  const name = (x, y, text) => svg("text", {x, y, class: "chamber"}, text);
  const e = EXTENT;
  return svg("g", {"aria-hidden": true}, line(-e, 0, e, 0, "axis"), line(0, -e, 0, e, "axis"), line(-e, -e, e, e, "diagonal"),
    name(0.98, -1.32, "aligned"), name(-0.98, 1.36, "aligned"), name(-0.96, -1.32, "antipodal"), name(0.98, 1.36, "antipodal"),
    svg("text", {x: e - 0.05, y: -0.05, class: "chamber end"}, "w₁"), svg("text", {x: 0.05, y: -e + 0.12, class: "chamber start"}, "w₂"));
}
