// What a reader takes along: Python, SVG, CSV, the link.

import {announce, h} from "./dom.js";

export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = h("textarea", {class: "away"}, text);
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  announce(`${what} copied.`);
  const note = document.getElementById("note");
  note.textContent = `${what} copied`;
  note.classList.add("shown");
  setTimeout(() => note.classList.remove("shown"), 1600);
}

export function download(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], {type}));
  const link = h("a", {href: address, download: name});
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

// A drawing that stands alone: colours as they are seen, a canvas behind it as an image.
export function standalone(drawing, canvas = null) {
  const copied = drawing.cloneNode(true), {width, height, x, y} = drawing.viewBox.baseVal;
  const seen = [drawing, ...drawing.querySelectorAll("*")], copies = [copied, ...copied.querySelectorAll("*")];
  const STYLES = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-opacity", "opacity", "font-size",
    "font-family", "font-weight", "text-anchor", "dominant-baseline", "paint-order", "stroke-linejoin", "visibility"];
  seen.forEach((element, k) => {
    const style = getComputedStyle(element);
    copies[k].removeAttribute("class");
    copies[k].removeAttribute("tabindex");
    copies[k].setAttribute("style", STYLES.map(name => `${name}:${style.getPropertyValue(name)}`).join(";"));
  });
  copied.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copied.setAttribute("width", 800);
  copied.setAttribute("height", Math.round(800 * height / width));
  const paper = document.createElementNS("http://www.w3.org/2000/svg", canvas ? "image" : "rect");
  for (const [name, value] of Object.entries({x, y, width, height})) paper.setAttribute(name, value);
  if (canvas) {
    paper.setAttribute("href", canvas.toDataURL());
    paper.setAttribute("preserveAspectRatio", "none");
  } else paper.setAttribute("fill", getComputedStyle(document.body).backgroundColor);
  copied.prepend(paper);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(copied)}\n`;
}

export const csv = rows => rows.map(row => row.map(cell => {
  const text = String(cell);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}).join()).join("\n") + "\n";
