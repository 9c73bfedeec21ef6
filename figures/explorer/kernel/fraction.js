// Fractions of whole numbers: what the emitter's exact functions are made of.

const gcd = (a, b) => {
  while (b) [a, b] = [b, a % b];
  return a < 0n ? -a : a;
};

export class Fraction {
  constructor(above, below = 1n) {
    if (below === 0n) throw new RangeError("a fraction over 0");
    const common = gcd(above, below) * (below < 0n ? -1n : 1n);
    this.above = above / common;
    this.below = below / common;
  }
  get sign() { return this.above > 0n ? 1 : this.above < 0n ? -1 : 0; }
  toString() { return this.below === 1n ? `${this.above}` : `${this.above}/${this.below}`; }
  // The nearest float: 64 leading bits, the last of them set where more follow, then a power of two.
  valueOf() {
    const size = this.above < 0n ? -this.above : this.above, {below} = this;
    const shift = 64 + bits(below) - bits(size);
    const [above, under] = shift >= 0 ? [size << BigInt(shift), below] : [size, below << BigInt(-shift)];
    const leading = above / under | (above % under ? 1n : 0n);
    const half = Math.trunc(shift / 2);
    return this.sign * Number(leading) * 2 ** -half * 2 ** (half - shift);
  }
}

const bits = size => size.toString(16).length * 4;

export const ratio = (above, below) => new Fraction(above, below);
export const sum = (...terms) => terms.reduce((x, y) => new Fraction(x.above * y.below + y.above * x.below, x.below * y.below));
export const product = (...factors) =>
  factors.reduce((x, y) => new Fraction(x.above * y.above, x.below * y.below), new Fraction(1n));
export const quotient = (x, y) => new Fraction(x.above * y.below, x.below * y.above);
export const power = (x, k) => new Fraction(x.above ** BigInt(k), x.below ** BigInt(k));

// "0.25", "-3", "1/3", "1e-3" as a fraction; null for anything else.
export function parse(text) {
  const found = /^\s*([+-]?)(\d{0,30})(?:\.(\d{0,30}))?(?:e([+-]?\d{1,2}))?(?:\s*\/\s*(\d{1,30}))?\s*$/i.exec(text);
  if (!found || !(found[2] || found[3])) return null;
  const [, sign, whole, part = "", exponent = "0", below = "1"] = found;
  const digits = BigInt(sign + (whole + part || "0")), scale = Number(exponent) - part.length;
  if (BigInt(below) === 0n) return null;
  return scale < 0
    ? new Fraction(digits, BigInt(below) * 10n ** BigInt(-scale)) : new Fraction(digits * 10n ** BigInt(scale), BigInt(below));
}

// A float is a fraction: exactly that one.
export function fromNumber(x) {
  let below = 1n;
  while (!Number.isInteger(x)) {
    x *= 2;
    below *= 2n;
  }
  return new Fraction(BigInt(x), below);
}
