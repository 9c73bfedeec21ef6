// The landscape on a canvas: heights above the least loss on a scale of powers of two, with a line at each.

const STOPS = ["#12263f", "#173f5f", "#20637a", "#3a8587", "#6ba595", "#a3c3a8", "#d5dcc3", "#f3efe0"];
const DOUBLINGS = 9, SHADES = 256;

// Little-endian RGBA for each shade from low to high.
const palette = (() => {
  const parsed = STOPS.map(stop => [1, 3, 5].map(k => parseInt(stop.slice(k, k + 2), 16)));
  return Uint32Array.from({length: SHADES}, (_, shade) => {
    const at = shade / (SHADES - 1) * (STOPS.length - 1), k = Math.min(Math.floor(at), STOPS.length - 2), part = at - k;
    const [r, g, b] = [0, 1, 2].map(c => Math.round(parsed[k][c] * (1 - part) + parsed[k + 1][c] * part));
    return (255 << 24 | b << 16 | g << 8 | r) >>> 0;
  });
})();

export const scaleStops = STOPS;
export const lowest = 2 ** -DOUBLINGS;

export class Painting {
  constructor(canvas, count) {
    Object.assign(this, {canvas, count, context: canvas.getContext("2d"), small: document.createElement("canvas")});
    this.small.width = this.small.height = count;
    this.image = this.small.getContext("2d").createImageData(count, count);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.levels = new Float32Array(count * count);
  }

  // `losses` row by row from the top; heights are in units of `unit`, the loss of a dead model.
  draw(losses, least, unit) {
    const {pixels, levels, count, small, context, canvas} = this;
    for (let k = 0; k < losses.length; k++) {
      const level = Math.log2(Math.max((losses[k] - least) / unit, lowest));
      levels[k] = level;
      pixels[k] = palette[Math.min(SHADES - 1, Math.max(0, ((level + DOUBLINGS) / DOUBLINGS * (SHADES - 1)) | 0))];
    }
    small.getContext("2d").putImageData(this.image, 0, 0);
    context.imageSmoothingQuality = "high";
    context.drawImage(small, 0, 0, canvas.width, canvas.height);
    context.beginPath();
    this.lines(canvas.width / count);
    context.strokeStyle = "rgba(255, 255, 255, 0.35)";
    context.lineWidth = canvas.width / 640;
    context.stroke();
  }

  // Marching squares over every second cell, one line at each whole level.
  lines(scale) {
    const {levels, count} = this, stride = 2;
    for (let row = 0; row + stride < count; row += stride) {
      for (let column = 0; column + stride < count; column += stride) {
        const k = row * count + column;
        const a = levels[k], b = levels[k + stride], c = levels[k + stride * count + stride], d = levels[k + stride * count];
        const top = Math.max(a, b, c, d);
        for (let level = Math.floor(Math.min(a, b, c, d)) + 1; level <= top && level > -DOUBLINGS; level++) {
          this.segment(column + 0.5, row + 0.5, stride, level, a, b, c, d, scale);
        }
      }
    }
  }

  segment(x, y, stride, level, a, b, c, d, scale) {
    let started = false;
    const cross = (from, to, x0, y0, x1, y1) => {
      if ((from < level) === (to < level)) return;
      const part = (level - from) / (to - from), at = [(x0 + part * (x1 - x0)) * scale, (y0 + part * (y1 - y0)) * scale];
      if (started) this.context.lineTo(...at);
      else this.context.moveTo(...at);
      started = !started;
    };
    cross(a, b, x, y, x + stride, y);
    cross(b, c, x + stride, y, x + stride, y + stride);
    cross(c, d, x + stride, y + stride, x, y + stride);
    cross(d, a, x, y + stride, x, y);
  }
}
