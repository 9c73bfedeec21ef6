r"""The regular pentagon and hexagon are the global minima for one active feature, with proof.

**Theorem.** Let exactly one of c = 5 or 6 features be active, its value uniform on [0, 1], and f(x) = ReLU(WᵀWx + b). Over all
W ∈ R^{2×c} and b ∈ R^c the infimum of K = E‖x − f‖² is attained, and the columns of every global minimiser are a regular c-gon
of one norm with one bias, those of `analytic.polygon_proof.contact`: unique up to rotation, reflection and order.

The proof is on the page `pentagon`: a chain of links between neighbours, one multiplier on the sum of the angles (`link`, in this
room), a tree of cells (`search`), convexity at the contact (`convexity`), and for c = 6 an induction on c. That a bound affine in
the gap may settle the pentagon stands in the description of a public attempt (MAIS, threads 17 and 33, on its problems O42 and
O40), whose proofs were not at hand; this proof and its certificate are independent of it.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import flint
import sympy
from flint import arb

from ..exact.enclosures import ball_ends
from ..exact.printed import enclosed
from ..exact.rationals import seconds_of, shown, to_sympy, whole
from .contact import PRECISION, Contact, contact
from .link import link
from .search import BITS, LEAST, MOST, ONE, Cover, cover

Interval = tuple[sympy.Rational, sympy.Rational]
_GRID = 1 << 112
"""Enclosures have ends that are multiples of 1/_GRID, so that they print in one line."""


@dataclass(frozen=True, kw_only=True)
class CertifiedPolygon:
    """The regular c-gon, proved to be the only global minimum for one active feature among c in two dimensions.

    Enclosures (exact rationals, 1e-33 apart): `norm` and `bias` of each feature, `potential` h = 3cK, `multiplier` of the sum of
    angles, `zero_gap` δ₀, where the line is zero. `certificate` is what `verify.certificate` checks again in integers.
    """

    features: int
    norm: Interval
    bias: Interval
    potential: Interval
    multiplier: Interval
    zero_gap: Interval
    leaves: int
    certificate: Mapping[str, Any] = field(repr=False)

    def __float__(self) -> float:
        """The least loss h/(3c)."""
        return float(self.potential[1]) / (3 * self.features)

    @property
    def theorem(self) -> str:
        return (
            f"For one active feature among {self.features} in two dimensions the infimum of K over all W and b is attained, "
            f"and every global minimiser is the regular {self.features}-gon of norm {enclosed(*self.norm)} and bias "
            f"{enclosed(*self.bias)}, with 3cK = {enclosed(*self.potential)}, unique up to rotation, reflection and order."
        )

    def __repr__(self) -> str:
        return (
            f"CertifiedPolygon: {self.features} features, 3cK = {enclosed(*self.potential)}, norm {enclosed(*self.norm)}, "
            f"bias {enclosed(*self.bias)}, {self.leaves} leaves"
        )

    def save(self, path: str | Path) -> None:
        """Write the certificate, for `python -m verify.certificate PATH`."""
        if not isinstance(path, str | Path):
            raise ValueError(f"path must be a string or a Path, got {shown(path)}")
        Path(path).write_text(json.dumps(self.certificate), encoding="utf-8")


@dataclass(frozen=True)
class UncertifiedPolygon:
    """The proof did not close in the time given. `left`: cells (l₁, l₂, cos δ) that were not decided, as intervals."""

    features: int
    left: tuple[tuple[Fraction, ...], ...]

    def __repr__(self) -> str:
        return f"UncertifiedPolygon: {self.features} features, {len(self.left)} cells left"


def certify_polygon(c: int, *, budget: float = 600) -> CertifiedPolygon | UncertifiedPolygon:
    """The theorem for `c` = 5 or 6 features, proved anew; `budget` in seconds of processor time. ValueError otherwise.

    About a second.

    >>> found = certify_polygon(5)
    >>> found.features, round(float(found), 12)
    (5, 0.015825627074)
    """
    features = whole(c, "c")
    if features not in LEAST:
        raise ValueError(f"not certified: c must be 5 or 6, got {features}")
    deadline = time.process_time() + seconds_of(budget)
    covers = {}
    for count in range(5, features + 1):
        _check_norms(count)
        covers[count] = cover(link(count), deadline)
        if len(covers[count].left):
            left = tuple(tuple(Fraction(int(end), ONE) for end in cell) for cell in covers[count].left)
            return UncertifiedPolygon(features, left)
    at = contact(features)
    with flint.ctx.workprec(PRECISION):
        norm = at.squared_norm.sqrt()
    certificate = None
    for count, found in covers.items():
        certificate = document(count, found, certificate)
    return CertifiedPolygon(
        features=features,
        norm=_ends(norm),
        bias=_ends(at.bias),
        potential=_ends(at.potential),
        multiplier=_ends(at.multiplier),
        zero_gap=_ends(at.zero),
        leaves=covers[features].tree.count("."),
        certificate=certificate or {},
    )


def _check_norms(features: int) -> None:
    """That longer norms than `MOST` cost more, as own ≥ ((a − 1)/(a + 1))², and for c = 6 shorter ones than `LEAST`."""
    one, at = link(features), contact(features)
    a = Fraction(MOST[features], ONE) ** 2
    level = _level(features, at)
    if not ((a - 1) / (a + 1)) ** 2 > (level if one.most is not None else 2 * level):
        raise ArithmeticError("longer norms may cost less")
    if LEAST[features] and not dead_costs(Fraction(9, 100), Fraction(59, 20)) > level:
        raise ArithmeticError("shorter norms may cost less")


def _level(features: int, at: Contact) -> Fraction:
    """h₅, or m = h₆ − h₅, rounded up."""
    with flint.ctx.workprec(PRECISION):
        level: arb = at.potential if features == 5 else at.potential - contact(5).potential
    return ball_ends(level)[1]


def dead_costs(least: Fraction, most: Fraction, slabs: int = 256) -> Fraction:
    """A lower bound of own + Σ_j φ(g_ij, b_i) over features i of norm ≤ `least` < 1 among six of norms ≤ `most`.

    Then g_ij ≥ −G, G = least · most, and the cost is at least own(a, b) + 5φ(−G, b), 0 ≤ a ≤ least². For b ≤ 0 own is (1 − a)² at
    least, for b ≥ 1/2 the cost rises, and between own = 3(b − (1 − a)/2)² + (1 − a)²/4 while φ rises with b.
    """
    u, G = 1 - least**2, least * most
    lowest = u * u
    for k in range(slabs):
        low, high = Fraction(k, 2 * slabs), Fraction(k + 1, 2 * slabs)
        seen = low**3 / G if low <= G else G * G - 3 * G * low + 3 * low * low
        lowest = min(lowest, 3 * max(u / 2 - high, Fraction(0)) ** 2 + u * u / 4 + 5 * seen)
    return lowest


def _ends(ball: arb) -> Interval:
    low, high = ball_ends(ball)
    return to_sympy(Fraction(low * _GRID // 1, _GRID)), to_sympy(Fraction(-(-high * _GRID // 1), _GRID))


def document(
    features: int, found: Cover, below: Mapping[str, Any] | None, *, kind: str = "polygon", **more: str
) -> dict[str, Any]:
    """What `verify.checkers.polygon` and `density` read; cells in units of 2⁻⁴⁰."""
    near = found.near
    body: dict[str, Any] = {
        "kind": kind,
        "features": features,
        "bits": BITS,
        "least": found.root[0],
        "most": found.root[1],
        "lowest": found.root[4],
        "near": {"norm": [*near.norm], "bias": [*near.bias], "cosine": [*near.cosine]},
        "tree": found.tree,
        "pieces": found.pieces,
        "below": below,
        **more,
    }
    return {**body, "digest": hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()}
