// Polynomials in floats, constant term first.

export function at(coefficients, u) {
  let value = 0;
  for (let k = coefficients.length - 1; k >= 0; k--) value = value * u + coefficients[k];
  return value;
}

export const derivative = coefficients => coefficients.slice(1).map((c, k) => c * (k + 1));

// The places in (low, high) where the sign changes: between the roots of the derivative there is one or none.
export function roots(coefficients, low, high) {
  if (coefficients.length < 2) return [];
  const ends = [low, ...roots(derivative(coefficients), low, high), high];
  const found = [];
  for (let k = 0; k + 1 < ends.length; k++) {
    const [before, after] = [at(coefficients, ends[k]), at(coefficients, ends[k + 1])];
    if (before * after < 0 || (before === 0 && k > 0)) found.push(bisect(coefficients, ends[k], ends[k + 1], before));
  }
  return found;
}

function bisect(coefficients, low, high, before) {
  if (before === 0) return low;
  for (let step = 0; step < 80; step++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (at(coefficients, middle) * before > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
