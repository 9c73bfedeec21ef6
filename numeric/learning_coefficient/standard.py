"""The targets of the board: minima whose learning coefficient and multiplicity are known, each with its reason."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path

import numpy as np

from ..arguments import whole
from .models import one_hot_target, penalised_target, population_target
from .singular import monomials, one_factor, reduced_rank
from .target import Target

SAMPLES = (500, 5_000, 50_000, 500_000)
"""Numbers n of samples at which λ(τ), τ = n/log n, is kept."""
GAMMA = 0.1
"""Localisation of the values that are kept."""
_KEPT = Path(__file__).with_name("finite_temperature.csv")
_POLYGONS = {
    4: (1.0, 0.0),
    5: (1.170459639097829, -0.28229728312677166),
    6: (1.320526330779967, -0.618135131868215),
    7: (1.4483937503795157, -0.9669063393796625),
}
"""Norm and bias, from `analytic.one_sparse.polygons`."""
_PAIR = 0.9084003365582202, 0.17306216993866447
"""Size of the weights and biases at n = 2, m = 1, s = 0.43, from `analytic.n2m1.certify`."""
_ALIGNED = 0.6488856845230502, 0.5, 0.0859375
_ANTIPODAL = 0.7409585736349484, 0.9, 0.026086309523809526
"""Size of both weights, sparsity and penalty, from `analytic.learning_coefficient.pitchfork`."""
_PENTAGON = 1.134619169537901, -0.2463256163487548
"""Norm and bias at s = 0.95, from `analytic.polytope_loss.best_loss`."""


@dataclass(frozen=True)
class Benchmark:
    """A target with λ = `coefficient` and m = `multiplicity`, and why; `exact`: what certifies it."""

    name: str
    make: Callable[[], Target]
    coefficient: float
    multiplicity: int
    reason: str

    @cached_property
    def target(self) -> Target:
        return self.make()

    def at(self, n: int) -> tuple[float, float] | None:
        """λ(τ) and its error at one of `SAMPLES`, localised by `GAMMA`; None where chains leave the basin. ValueError
        for other n."""
        count = whole("n", n, 3)
        if count not in SAMPLES:
            raise ValueError(f"n must be one of {', '.join(map(str, SAMPLES))}, got {count}")
        return kept().get((self.name, count))


@cache
def kept() -> dict[tuple[str, int], tuple[float, float] | None]:
    """λ(τ) by `finite_temperature`, kept by (name, n)."""
    with _KEPT.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        (row["target"], int(row["n"])): (float(row["value"]), float(row["error"])) if row["value"] else None
        for row in rows
    }


def polygon_target(k: int, minus: int = 0, plus: int = 0) -> Target:
    """The k-gon, 4 ≤ k ≤ 7, beside dropped features: "−" with bias −0.3, "+" with 1/2c."""
    corners = whole("k", k, 4, 7)
    norm, bias = _POLYGONS[corners]
    dropped = whole("minus", minus, 0, 100) + whole("plus", plus, 0, 100)
    c, angle = corners + dropped, 2 * np.pi * np.arange(corners) / corners
    W = np.zeros((2, c))
    W[:, :corners] = norm * np.array([np.cos(angle), np.sin(angle)])
    if corners == 4:
        W = np.round(W)
    b = np.array([bias] * corners + [-0.3] * minus + [1 / (2 * c)] * plus)
    unseen = [a * c + j for j in range(corners, corners + minus) for a in ((0, 1, 2) if bias < 0 else (2,))]
    name = f"{corners}-gon{'−' * minus}{'+' * plus}"
    found = one_hot_target(W, b, flat=unseen, window=0.2 if minus else 0.3, kinked=corners == 4)
    return replace(found, name=name)


def _digon() -> Target:
    return replace(one_hot_target([[1.0, -1.0]], [0.0, 0.0]), name="digon")


def _triangle() -> Target:
    """Its angles are free: the tangents beside the turn are those of two of its columns."""
    angle = 2 * np.pi * np.arange(3) / 3
    W = np.array([np.cos(angle), np.sin(angle)])
    found = one_hot_target(W, np.zeros(3))
    tangents = np.zeros((3, 9))
    for j in range(3):
        tangents[j, [j, 3 + j]] = -W[1, j], W[0, j]
    return replace(found, name="triangle", level=0.0, flat=tangents, columns=0, kinked=True)


def _pair() -> Target:
    return population_target([[_PAIR[0], -_PAIR[0]]], [_PAIR[1], _PAIR[1]], 0.43)


def _pentagon() -> Target:
    angle = 2 * np.pi * np.arange(5) / 5
    W = _PENTAGON[0] * np.array([np.cos(angle), np.sin(angle)])
    return population_target(W, np.full(5, _PENTAGON[1]), 0.95)


def _pitchfork(sign: int, size: float, sparsity: float, penalty: float) -> Target:
    return replace(penalised_target([[size, sign * size]], sparsity, penalty), boundless=True)


_REGULAR = "regular modulo its symmetry: certified inertia"
_KINK = "quadratic growth across a kink"
_AOYAGI = "Aoyagi and Watanabe 2005"
_MONOMIAL = "a monomial is its own resolution"
STANDARD = (
    Benchmark("x²", lambda: monomials((2,)), 0.5, 1, _MONOMIAL),
    Benchmark("x⁴", lambda: monomials((4,)), 0.25, 1, _MONOMIAL),
    Benchmark("x²y²", lambda: monomials((2, 2)), 0.5, 2, _MONOMIAL),
    Benchmark("x² + y⁴", lambda: monomials((2, 0), (0, 4)), 0.75, 1, "separate variables: ½ + ¼"),
    Benchmark("RRR 2·1·2 r0", lambda: reduced_rank(2, 1, 2, 0), 1.0, 2, _AOYAGI),
    Benchmark("RRR 2·2·2 r1", lambda: reduced_rank(2, 2, 2, 1), 2.0, 2, _AOYAGI),
    Benchmark("RRR 3·2·3 r1", lambda: reduced_rank(3, 2, 3, 1), 3.5, 2, _AOYAGI),
    Benchmark("RRR 3·3·3 r1", lambda: reduced_rank(3, 3, 3, 1), 4.0, 1, _AOYAGI),
    Benchmark("one factor, p = 3", lambda: one_factor(3), 3.0, 1, "identified: p loadings and p variances"),
    Benchmark("digon", _digon, 2.0, 1, "K = 0, own terms positive definite"),
    Benchmark("triangle", _triangle, 3.0, 1, "K = 0, angles free"),
    Benchmark("4-gon", lambda: polygon_target(4), 5.5, 1, _KINK),
    Benchmark("4-gon−", lambda: polygon_target(4, 1), 6.5, 1, _KINK),
    Benchmark("5-gon", lambda: polygon_target(5), 7.0, 1, _REGULAR),
    Benchmark("5-gon−", lambda: polygon_target(5, 1), 7.0, 1, "a plateau: regular across it"),
    Benchmark("5-gon+", lambda: polygon_target(5, 0, 1), 8.5, 1, _REGULAR),
    Benchmark("6-gon", lambda: polygon_target(6), 8.5, 1, _REGULAR),
    Benchmark("7-gon", lambda: polygon_target(7), 10.0, 1, _REGULAR),
    Benchmark("n = 2, m = 1", _pair, 2.0, 1, _REGULAR),
    Benchmark("pentagon, p = .05", _pentagon, 7.0, 1, _REGULAR),
    Benchmark("aligned pitchfork", lambda: _pitchfork(1, *_ALIGNED), 0.75, 1, "½ + ¼: a pitchfork with a fourth power"),
    Benchmark(
        "antipodal pitchfork", lambda: _pitchfork(-1, *_ANTIPODAL), 5 / 6, 1, "½ + ⅓: a pitchfork with a cube |δ|³"
    ),
)
"""λ and m as literals; `verify` holds those of toy models to `analytic.learning_coefficient`."""
