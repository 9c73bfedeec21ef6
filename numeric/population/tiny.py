r"""Tiny rows at a larger size.

With A = E z_+² and B = E x_i z_+ a row is worth V = A − 2B, A homogeneous of degree 2 and B of degree 1. So at r z, r = 1/σ, with
V₁ = V(z) and V₂ = V(2z), and D₁, D₂ the derivatives at z and 2z,

.. math:: V(rz) = \tfrac{r^2}{2} (V_2 - 2V_1) + r\,(2V_1 - \tfrac12 V_2), \qquad D(rz) = r\,(D_2 - D_1) + 2D_1 - D_2 .

Where r is so small that A is nothing beside B, one size will do: powers of entries, and of their inverses, must stay in the range
of floats. At 2⁻²⁰⁰ A errs by less than 1e-120 and its derivatives by 1e-60. An entry that is then below 1e-250 counts as 0.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .factors import Floats, Integers

_LEAST, _FAIR = -200, -10
"""Powers of two: the size below which a row is enlarged in any case, and for a line."""
SMALLEST = 1e-250


class TwoSizes(NamedTuple):
    """g, b, of which rows they are, and the powers of two of each of these."""

    g: Floats
    b: Floats
    which: Integers
    powers: Integers


def without_smallest(values: Floats) -> Floats:
    """Entries below `SMALLEST` as 0."""
    small = np.abs(values) < SMALLEST
    return np.where(small, 0.0, values) if bool((values[small] != 0).any()) else values


def enlarged(G: Floats, b: Floats) -> tuple[Floats, Floats, Integers]:
    """Rows G (M, n, n), b (M, n), of a size of 2⁻²⁰⁰ at least unless they are 0, and the powers of two (M, n) that did it."""
    powers = _powers(G, b, _LEAST)
    if powers.any():
        G, b = np.ldexp(G, powers[..., None]), np.ldexp(b, powers)
    return without_smallest(G), without_smallest(b), powers


def at_two_sizes(g: Floats, b: Floats) -> TwoSizes:
    """Rows g (R, n), b (R,), those below 2⁻¹⁰ enlarged to that, then these once more twice as large."""
    powers = _powers(g, b, _FAIR)
    tiny = np.flatnonzero(powers)
    which = np.concatenate([np.arange(len(b)), tiny])
    by = powers[which]
    by[len(b) :] += 1
    return TwoSizes(np.ldexp(g[which], by[:, None]), np.ldexp(b[which], by), which, powers)


def at_own_size(found: tuple[Floats, Floats, Floats], sizes: TwoSizes) -> tuple[Floats, Floats, Floats]:
    """Value (R,) and derivatives of the rows themselves, from those of `at_two_sizes`."""
    count = len(sizes.powers)
    value, dg, db = (part[:count] for part in found)
    twice, dg2, db2 = (part[count:] for part in found)
    tiny = sizes.which[count:]
    r = np.ldexp(1.0, -sizes.powers[tiny])
    value[tiny] = r * r / 2 * (twice - 2 * value[tiny]) + r * (2 * value[tiny] - twice / 2)
    dg[tiny] = r[:, None] * (dg2 - dg[tiny]) + 2 * dg[tiny] - dg2
    db[tiny] = r * (db2 - db[tiny]) + 2 * db[tiny] - db2
    return value, dg, db


def _powers(g: Floats, b: Floats, least: int) -> Integers:
    size = np.maximum(np.abs(g).max(-1, initial=0), np.abs(b))
    return np.asarray(np.maximum(least - np.frexp(size)[1], 0) * (size > 0), dtype=np.int64)
