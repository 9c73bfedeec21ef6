// Elements, sliders that can be typed into, and drags, for pointers and keys alike.

import {parse} from "../kernel/fraction.js";

const NAMESPACE = "http://www.w3.org/2000/svg";

const filled = (element, attributes, children) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter(child => child !== null && child !== undefined));
  return element;
};

export const h = (tag, attributes = {}, ...children) => filled(document.createElement(tag), attributes, children);
export const svg = (tag, attributes = {}, ...children) => filled(document.createElementNS(NAMESPACE, tag), attributes, children);
export const by = id => document.getElementById(id);
export const put = (element, ...children) => (element.replaceChildren(...children.flat().filter(child => child !== null)), element);

export function number(x, digits = 6) {
  if (x === 0) return "0";
  const size = Math.abs(x);
  const text = size < 1e-4 || size >= 1e6 ? x.toExponential(Math.max(digits - 3, 1)) : String(Number(x.toPrecision(digits)));
  return text.replaceAll("-", "−");
}

let count = 0;

// A range and a text field for one number: {element, show(text)}. `change(text)` gets what was typed or slid, as text; `log` slides in
// the logarithm. What cannot be read stays in the field, with why.
export function slider({label, low, high, step, log = false, change, compact = false}) {
  const id = `field-${++count}`, why = h("span", {class: "why", id: `${id}-why`, role: "alert"});
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const toSlider = value => log ? Math.log(value / low) / Math.log(high / low) : value;
  const fromSlider = at => Number(log ? (low * (high / low) ** at).toPrecision(3) : at.toFixed(digits));
  const range = h("input", {type: "range", min: log ? 0 : low, max: log ? 1 : high, step: log ? 0.005 : step, "aria-label": label,
    oninput: () => { const text = String(fromSlider(Number(range.value))); text_.value = text; valid(); change(text); }});
  const text_ = h("input", {id, type: "text", inputmode: "decimal", size: 6, autocomplete: "off", "aria-describedby": `${id}-why`,
    onchange: () => {
      const value = parse(text_.value.replace("−", "-"));
      if (!value || !(value >= low && value <= high)) {
        text_.setAttribute("aria-invalid", "true");
        why.textContent = `a number from ${number(low)} to ${number(high)}`;
        return;
      }
      valid();
      change(text_.value.trim().replace("−", "-"));
    }});
  const valid = () => (text_.removeAttribute("aria-invalid"), why.textContent = "");
  const show = text => {
    if (document.activeElement !== text_) text_.value = text;
    const value = Number(parse(String(text)));
    range.value = toSlider(value);
    range.setAttribute("aria-valuetext", text);
  };
  const name = h("label", {for: id}, label);
  return {element: h("div", {class: compact ? "field compact" : "field"}, name, range, text_, why), show, range, text: text_, name};
}

export function toggle(label, change) {
  const box = h("input", {type: "checkbox", role: "switch", onchange: () => change(box.checked)});
  return {element: h("label", {class: "switch"}, box, h("span", {class: "track", "aria-hidden": true}), label), box};
}

export const choice = (label, options, change) => {
  const select = h("select", {onchange: () => change(select.value)}, options.map(option => h("option", {value: option}, String(option))));
  return {element: h("label", {class: "choice"}, label, select), select};
};

// Where a pointer is, in the units of an SVG with a viewBox.
export function placeIn(drawing, event) {
  const box = drawing.getBoundingClientRect(), {x, y, width, height} = drawing.viewBox.baseVal;
  return [x + (event.clientX - box.left) / box.width * width, y + (event.clientY - box.top) / box.height * height];
}

// `start(event)` returns what to do with each further place of the pointer, or nothing.
export function draggable(element, start) {
  element.style.touchAction = "none";
  element.addEventListener("pointerdown", event => {
    const move = event.button === 0 && start(event);
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    element.setPointerCapture(event.pointerId);
    const moved = later => move(later);
    const ended = () => {
      element.removeEventListener("pointermove", moved);
      for (const end of ["pointerup", "pointercancel"]) element.removeEventListener(end, ended);
    };
    element.addEventListener("pointermove", moved);
    for (const end of ["pointerup", "pointercancel"]) element.addEventListener(end, ended);
  });
}

const ARROWS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1], PageUp: [0, 0, 1], PageDown: [0, 0, -1]};

// Arrow keys as steps [right, up, forward]; Shift makes them ten times as large.
export function onArrows(element, move) {
  element.addEventListener("keydown", event => {
    const way = ARROWS[event.key];
    if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    move(way.map(step => step * (event.shiftKey ? 10 : 1)));
  });
}

// At most once a frame, with the last arguments.
export function eachFrame(act) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      act();
    });
  };
}

// Once nothing has called for so many milliseconds.
export function settled(milliseconds, act) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, milliseconds);
  };
}

const live = {timer: 0};

// Said by a screen reader, when it has come to rest.
export function announce(sentence) {
  clearTimeout(live.timer);
  live.timer = setTimeout(() => { by("said").textContent = sentence; }, 400);
}
