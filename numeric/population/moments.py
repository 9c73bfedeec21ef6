r"""Means of quadratic polynomials of z, with the x_i term, over the law or over its part with three and more active features.

.. math:: E[c_2 z^2 + c_1 z + c_0 - 2 x_i (d_1 z + d_0)], \qquad z = b + g·x

That is what the aliases of a period are. With m_j = E x_j z the mean of z² is b E z + Σ g_j m_j, and its gradient 2 m; E x_i z
is m_i, with gradient E x_i x_j. Of different groups E x_j x_k = (p_j p_k - q_j q_k)/4, where :math:`q_j = p_j \sqrt{Π s}/s_G`
takes out the supports of these two alone if both groups have degree 1 and the part of degree three is asked for; else q = 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .factors import Floats, Integers, Rows


@dataclass(frozen=True, eq=False)
class Polynomial:
    """Coefficients (R,) of E[c2 z² + c1 z + c0 - 2 x_i (d1 z + d0)]."""

    c2: Floats
    c1: Floats
    c0: Floats
    d1: Floats
    d0: Floats

    def take(self, some: Integers) -> Polynomial:
        return Polynomial(self.c2[some], self.c1[some], self.c0[some], self.d1[some], self.d0[some])


@dataclass(frozen=True, eq=False, kw_only=True)
class Moments:
    """E 1 (R,), E x_j and E x_j² (R, n), E x_j x_k of one group (R, n), p and q of different ones (R, n)."""

    rows: Rows
    mass: Floats
    first: Floats
    square: Floats
    within: Floats
    p: Floats
    q: Floats

    @staticmethod
    def whole(rows: Rows) -> Moments:
        """Of the whole law."""
        return Moments._of(rows, np.ones(len(rows)), rows.share, np.zeros_like(rows.share))

    @staticmethod
    def three_and_more(rows: Rows) -> Moments:
        """Of the supports with three and more active features. The rows must be `splittable`."""
        form, nothing = rows.form, np.exp(rows.log_nothing)[:, None]
        a = form.sums(rows.ratio) / (form.size if form.together else 1)  # p_G / s_G
        single = np.where(form.degree == 1, a, 0.0)
        mass = nothing[:, 0] * _beyond_two(rows, a)
        alone = np.where(
            form.degree == 1, 1 + single.sum(1, keepdims=True) - single, np.where(form.degree == 2, 1.0, 0.0)
        )
        others = 1 - nothing / rows.off * alone  # P(enough of the other groups are active)
        q = np.sqrt(nothing) * np.where(form.degree[form.group] == 1, rows.ratio, 0.0)
        return Moments._of(rows, mass, rows.share * form.spread(others), q)

    @staticmethod
    def _of(rows: Rows, mass: Floats, active: Floats, q: Floats) -> Moments:
        within = active / 4 if rows.form.together else np.zeros_like(active)
        return Moments(rows=rows, mass=mass, first=active / 2, square=active / 3, within=within, p=rows.share, q=q)

    def mean(self, polynomial: Polynomial) -> tuple[Floats, Floats, Floats]:
        """Value (R,) and its derivatives by g (R, n) and b (R,)."""
        rows, p = self.rows, polynomial
        at = np.arange(len(rows)), rows.own
        z = rows.b * self.mass + (rows.g * self.first).sum(1)
        xz = rows.b[:, None] * self.first + self._products(rows.g)
        zz = rows.b * z + (rows.g * xz).sum(1)
        x = self.first[at]
        value = p.c2 * zz + p.c1 * z + p.c0 * self.mass - 2 * (p.d1 * xz[at] + p.d0 * x)
        along_g = 2 * p.c2[:, None] * xz + p.c1[:, None] * self.first - 2 * p.d1[:, None] * self._own_products()
        return value, along_g, 2 * p.c2 * z + p.c1 * self.mass - 2 * p.d1 * x

    def curvature(self, polynomial: Polynomial) -> Floats:
        """Second derivatives by (g, b), (R, n + 1, n + 1)."""
        n, factor = self.rows.g.shape[1], 2 * polynomial.c2[:, None]
        result = np.empty((len(self.rows), n + 1, n + 1))
        result[:, :n, :n] = factor[:, None] * self._matrix()
        result[:, n, :n] = result[:, :n, n] = factor * self.first
        result[:, n, n] = factor[:, 0] * self.mass
        return result

    def _products(self, g: Floats) -> Floats:
        """Σ_k E[x_j x_k] g_k, (R, n)."""
        form = self.rows.form
        total = self.square * g
        if not form.single:
            total += self.within * (form.spread(form.sums(g)) - g)
        for sign, part in ((1, self.p), (-1, self.q)):
            sums = form.sums(part * g)
            total += sign / 4 * part * form.spread(sums.sum(1, keepdims=True) - sums)
        return total

    def _own_products(self) -> Floats:
        """E x_i x_j, (R, n)."""
        form, at = self.rows.form, (np.arange(len(self.rows)), self.rows.own)
        mine = form.group == form.group[self.rows.own][:, None]
        across = (self.p[at][:, None] * self.p - self.q[at][:, None] * self.q) / 4
        result: Floats = np.where(mine, self.within, across)
        result[at] = self.square[at]
        return result

    def _matrix(self) -> Floats:
        """E x_j x_k, (R, n, n)."""
        form, n = self.rows.form, self.rows.g.shape[1]
        across = (self.p[:, :, None] * self.p[:, None] - self.q[:, :, None] * self.q[:, None]) / 4
        result: Floats = np.where(form.group[:, None] == form.group, self.within[:, :, None], across)
        result[:, np.arange(n), np.arange(n)] = self.square
        return result


def _beyond_two(rows: Rows, a: Floats) -> Floats:
    """Σ over sets of groups with three and more features of the products of a = p/s, without a subtraction: (R,)."""
    one, two, three = (np.zeros(len(rows)) for _ in range(3))
    for degree, factor in zip(rows.form.degree.tolist(), a.T, strict=True):
        if degree == 1:
            three, two, one = three + factor * (three + two), two + factor * one, one + factor
        elif degree == 2:
            three, two = three + factor * (three + two + one), two + factor
        else:
            three = three + factor * (1 + one + two + three)
    return three
