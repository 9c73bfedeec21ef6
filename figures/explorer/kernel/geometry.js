// The polytope that the columns of W form: the rule of numeric.geometry.describe, with its references for six columns at most.
//
// Columns of norm below a tenth of the largest are unlearned; those joined by |cos| above the tolerance are a component, which has
// the name of a reference when in some order their cosines are its own within the tolerance.

import {gram} from "./network.js";

export const TOLERANCE = 0.05;
const UNLEARNED = 0.1, NEGLIGIBLE = 0.01, UNNAMED = "not named";

// {name, parts: [{name, members}], unlearned}; `polytopes` is the page's table {references, wholes}.
export function describe(W, polytopes) {
  const G = gram(W), norms = G.map((line, i) => Math.sqrt(line[i])), most = Math.max(...norms);
  const learned = norms.map((norm, i) => i).filter(i => norms[i] > Math.max(UNLEARNED * most, NEGLIGIBLE));
  const cosine = (i, j) => G[i][j] / (norms[i] * norms[j]);
  const parts = components(learned, cosine).map(members => ({members, name: nameOf(members, cosine, polytopes.references)}));
  parts.sort((x, y) => y.members.length - x.members.length || x.name.localeCompare(y.name));
  return {parts, unlearned: norms.length - learned.length, name: whole(parts, norms.length - learned.length, polytopes.wholes)};
}

function components(learned, cosine) {
  const left = new Set(learned), found = [];
  while (left.size) {
    const members = [left.values().next().value];
    left.delete(members[0]);
    for (const i of members) {
      for (const j of [...left]) if (Math.abs(cosine(i, j)) > TOLERANCE) members.push(j), left.delete(j);
    }
    found.push(members);
  }
  return found;
}

function nameOf(members, cosine, references) {
  const k = members.length, C = members.map(i => members.map(j => cosine(i, j)));
  let [best, name] = [TOLERANCE, UNNAMED];
  for (const reference of references) {
    if (reference.gram.length !== k || (reference.slope && name !== UNNAMED)) continue;
    const residual = reference.slope ? freeHeight(C, reference) : leastResidual(C, reference.gram, best);
    if (residual <= best) [best, name] = [residual, reference.name];
  }
  return name;
}

// The least over all orders of the largest difference of two cosines; an order is given up where it exceeds `bound`.
function leastResidual(C, R, bound) {
  const k = C.length, order = [];
  const extend = worst => {
    if (order.length === k) {
      bound = worst;
      return;
    }
    const v = order.length;
    for (let column = 0; column < k; column++) {
      if (order.includes(column)) continue;
      const reached = order.reduce((most, other, u) => Math.max(most, Math.abs(C[column][other] - R[v][u])), worst);
      if (reached > bound) continue;
      order.push(column);
      extend(reached);
      order.pop();
    }
  };
  const start = bound;
  bound = start + Number.EPSILON;
  extend(0);
  return bound <= start ? bound : Infinity;
}

// An antiprism, its ring height free: its cosines are linear in h², and a few heights are tried, then finer ones.
function freeHeight(C, {gram, slope}) {
  let best = {residual: Infinity, u: 0.5};
  for (const width of [0.45, 0.05, 0.005]) {
    const centre = best.u;
    for (let step = -8; step <= 8; step++) {
      const u = Math.min(0.95, Math.max(0.05, centre + step / 8 * width));
      const residual = leastResidual(C, gram.map((row, i) => row.map((entry, j) => entry + u * slope[i][j])), 0.25);
      if (residual < best.residual) best = {residual, u};
    }
  }
  return best.residual;
}

function whole(parts, unlearned, wholes) {
  if (!parts.length) return "nothing stored";
  const names = parts.map(part => part.name), known = wholes[[...names].sort().join(" + ")];
  const named = [...new Set(names)].filter(name => name !== UNNAMED).map(name => {
    const count = names.filter(other => other === name).length;
    return count === 1 ? name : name === "dedicated" ? `${count} dedicated` : `${count} ${name}s`;
  });
  const others = parts.filter(part => part.name === UNNAMED).map(part => `${part.members.length} features not named`);
  const said = [...named, ...others, ...(unlearned ? [`${unlearned} unlearned`] : [])];
  if (names.length > 1 && known) said.splice(0, named.length, `${known} (${named.join(" + ")})`);
  return said.length === 1 && others.length ? UNNAMED : said.join(" + ");
}
