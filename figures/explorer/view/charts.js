// WᵀW as a heat map, D_i as bars between the levels of the polytopes, and the loss over steps.

import {h, number, put, svg} from "./dom.js";
import {COLOURS} from "./stage.js";

// Blue for what is negative, red-brown for what is positive, and the number in every cell.
export function heatMap(drawing, G) {
  const n = G.length, size = 10;
  drawing.setAttribute("viewBox", `-4 -5 ${n * size + 4} ${n * size + 5}`);
  const shade = entry => `--share:${Math.round(100 * Math.min(1, Math.abs(entry)))}%`;
  const cells = G.flatMap((line, i) => line.map((entry, j) => svg("g", {class: entry < 0 ? "cell negative" : "cell", style: shade(entry)},
    svg("rect", {x: j * size + 0.2, y: i * size + 0.2, width: size - 0.4, height: size - 0.4, rx: 0.8}),
    svg("text", {x: j * size + size / 2, y: i * size + size / 2, class: Math.abs(entry) > 0.7 ? "strong" : null}, short(entry)))));
  const heads = G.flatMap((_, i) => [svg("text", {x: -2, y: i * size + size / 2, class: "index"}, String(i + 1)),
    svg("text", {x: i * size + size / 2, y: -2.4, class: "index"}, String(i + 1))]);
  put(drawing, cells, heads);
  drawing.setAttribute("aria-label", `WᵀW, row by row: ${G.map(line => line.map(short).join(" ")).join("; ")}`);
}

const short = entry => (Math.abs(entry) < 0.005 ? "0" : entry.toFixed(2)).replace("-", "−");

// `levels`: name → fraction as text.
export function bars(drawing, D, levels) {
  const width = 100, height = 84, top = 3, base = 77, reach = base - top, y = value => base - value * reach;
  drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const step = 54 / D.length;
  const marked = Object.entries(levels).map(([name, text]) => {
    const [above, below = 1] = text.split("/").map(Number);
    return {name, text, at: y(above / below)};
  }).sort((a, b) => a.at - b.at);
  // Labels keep clear of each other; their lines stay where they belong.
  let free = 0;
  const lines = marked.map(({name, text, at}) => {
    const place = Math.max(at, free);
    free = place + 5;
    return svg("g", {class: "level"}, svg("line", {x1: 0, y1: at, x2: 57, y2: at}), svg("path", {d: `M57 ${at}L60 ${place}`}),
      svg("text", {x: 61, y: place}, `${text} ${name}`));
  });
  const columns = D.map((value, i) => svg("g", {style: `--own:${COLOURS[i]}`, class: "bar"},
    svg("rect", {x: 2 + i * step, width: step * 0.66, y: y(Math.min(value, 1)), height: Math.min(value, 1) * reach}),
    svg("text", {x: 2 + i * step + step * 0.33, y: base + 5}, String(i + 1))));
  put(drawing, svg("line", {x1: 0, y1: base, x2: 57, y2: base, class: "base"}), lines, columns);
  drawing.setAttribute("aria-label", `Dimensions of each feature: ${D.map((value, i) => `D${i + 1} = ${number(value, 4)}`).join(", ")}`);
}

// Losses over steps in the logarithm: of the descent, of training, and the least that is known. Returns what it shows in words.
export function trace(drawing, {exact, trained, least}) {
  const width = 100, height = 30, all = [...exact, ...trained, ...(least ? [least] : [])].filter(value => value > 0);
  drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
  drawing.setAttribute("preserveAspectRatio", "none");
  const length = Math.max(exact.length, trained.length) - 1;
  if (length < 1) {
    put(drawing, svg("line", {x1: 0, x2: width, y1: height - 1, y2: height - 1, class: "base"}));
    return label(drawing, "Descend or train, and the loss is drawn here.");
  }
  const [low, high] = [Math.min(...all), Math.max(...all)].map(Math.log), span = Math.max(high - low, 1e-9);
  const x = k => (1 + 98 * k / length).toFixed(2), y = value => (28 - (Math.log(value) - low) / span * 26).toFixed(2);
  const line = (values, kind) => values.length < 2 ? null
    : svg("polyline", {class: kind, points: thinned(values).map(([k, value]) => `${x(k)},${y(value)}`).join(" ")});
  put(drawing, least ? svg("line", {x1: 0, x2: width, y1: y(least), y2: y(least), class: "known"}) : null, line(trained, "trained"), line(exact, "exact"));
  return label(drawing, `${length} ${length === 1 ? "step" : "steps"}, in the logarithm from ${number(Math.exp(high), 4)} down to ${number(Math.exp(low), 4)}.`);
}

function label(drawing, sentence) {
  drawing.setAttribute("aria-label", sentence);
  return sentence;
}

function thinned(values) {
  const every = Math.ceil(values.length / 400);
  return values.map((value, k) => [k, value]).filter(([k]) => k % every === 0 || k === values.length - 1);
}

export const traceLegend = () => h("ul", {class: "legend"}, [["exact", "descend: exact gradient"], ["trained", "train: sampled gradient"], ["known", "least known"]]
  .map(([kind, name]) => h("li", {}, svg("svg", {viewBox: "0 0 16 6", class: "sign line"}, svg("line", {x1: 0, x2: 16, y1: 3, y2: 3, class: kind})), name)));
