"""Models of every kind that floats allow, with their exact loss: what the loss without sampling must not stumble over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from analytic import law as exact
from analytic.loss import enclose_loss, expected_loss
from numeric import law as floating

Floats: TypeAlias = NDArray[np.float64]
Row: TypeAlias = list[float]

PROMISED = Fraction(1, 10**10)  # of K + Σ I_i E x_i²
NIGHTLY = settings().max_examples >= 1000


def examples(usual: int, nightly: int) -> settings:
    """So many examples in a profile of everyday use, and in `make fuzz`."""
    return settings(max_examples=nightly if NIGHTLY else usual)


@dataclass(frozen=True)
class Model:
    """One model, float for float: W (m, n), b and importance (n,), and its law: independent of `sparsity` (n,), or `law`."""

    W: list[Row]
    b: Row
    importance: Row
    sparsity: Row | None
    law: floating.Law | None = None

    @property
    def n(self) -> int:
        return len(self.b)

    def arguments(self, as_array: Callable[[Any], Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Positional and keyword arguments of every function of `numeric.population`; W and b by `as_array`."""
        return (as_array(self.W), as_array(self.b), self.sparsity, self.importance), {"law": self.law}

    @property
    def exact_law(self) -> exact.Law:
        match self.law:
            case None:
                assert self.sparsity is not None
                return exact.Independent(tuple(map(Fraction, self.sparsity)))
            case floating.OneHot():
                return exact.OneHot()
        kind = exact.Correlated if isinstance(self.law, floating.Correlated) else exact.Anticorrelated
        assert isinstance(self.law.sparsity, float)
        return kind(self.law.groups, Fraction(self.law.sparsity))

    def exact_arguments(self) -> tuple[list[list[Fraction]], list[Fraction], exact.Law, list[Fraction]]:
        return [rational(row) for row in self.W], rational(self.b), self.exact_law, rational(self.importance)

    def exact_loss(self) -> Fraction:
        return fraction(expected_loss(*self.exact_arguments()))

    def enclosed_loss(self) -> Fraction:
        """K to 1e-16 of Σ I_i E x_i², rigorously."""
        return fraction(enclose_loss(*self.exact_arguments(), digits=16).midpoint)

    def second_moment(self) -> Fraction:
        """Σ I_i E x_i²"""
        squares = self.exact_law.moments(self.n).square
        return sum((i * e for i, e in zip(rational(self.importance), squares, strict=True)), Fraction(0))


def rational(values: Row) -> list[Fraction]:
    return [Fraction(value) for value in values]


def fraction(value: Any) -> Fraction:
    """A SymPy rational as a Fraction."""
    return Fraction(int(value.p), int(value.q))


# --- entries

_signs = st.sampled_from([-1.0, 1.0])
ordinary = st.floats(-1.5, 1.5)
all_sizes = st.builds(lambda exponent, sign: sign * 10**exponent, st.floats(-12, 1), _signs)
mixed = st.one_of(ordinary, all_sizes, st.just(0.0))


def _matrix(m: int, n: int, elements: st.SearchStrategy[float]) -> st.SearchStrategy[Floats]:
    return st.lists(elements, min_size=m * n, max_size=m * n).map(lambda values: np.reshape(values, (m, n)))


@st.composite
def _stored(draw: st.DrawFn, m: int, n: int) -> Floats:
    """Unit vectors, some opposite or of one direction, and noise of 1e-12 to 1e-2."""
    W = draw(_matrix(m, n, st.floats(-2, 2))) * 10 ** draw(st.floats(-12, -2))
    for j in range(n):
        W[draw(st.integers(0, m - 1)), j] += draw(_signs)
    return W


def weights(m: int, n: int) -> st.SearchStrategy[list[Row]]:
    """W: entries of all sizes or some, the whole ×1 to 1e6, columns ×1e-6 to 10, unit vectors with noise."""
    scaled = st.builds(lambda W, e: W * 10**e, _matrix(m, n, ordinary), st.floats(0, 6))
    exponents = st.lists(st.floats(-6, 1), min_size=n, max_size=n)
    columns = st.builds(lambda W, e: W * 10 ** np.array(e), _matrix(m, n, ordinary), exponents)
    plain = [_matrix(m, n, elements) for elements in (ordinary, all_sizes, mixed)]
    return st.one_of(*plain, scaled, columns, _stored(m, n)).map(lambda W: W.tolist())


def _rows(n: int, elements: st.SearchStrategy[float]) -> st.SearchStrategy[Row]:
    return st.lists(elements, min_size=n, max_size=n)


# --- laws


def densities(n: int) -> st.SearchStrategy[Row]:
    """1e-4 to 1: of all features, or each its own; 1 among them."""
    one = st.floats(-4, 0).map(lambda e: 10**e)
    return st.one_of(one.map(lambda p: [p] * n), _rows(n, one), _rows(n, one | st.just(1.0)), st.just([1.0] * n))


@st.composite
def partitions(draw: st.DrawFn, n: int) -> list[list[int]]:
    place = draw(st.lists(st.integers(0, n - 1), min_size=n, max_size=n))
    return [group for k in range(n) if (group := [j for j in range(n) if place[j] == k])]


@st.composite
def models(draw: st.DrawFn, least: int, most: int, *, grouped: bool = True) -> Model:
    """Models of n = least to most features, m ≤ n, b in [-2, 2], small, 0, or E x_i, importance 1 or 0.9^i, all laws."""
    n = draw(st.integers(least, most))
    W = draw(weights(draw(st.integers(1, n)), n))
    density = draw(densities(n))
    halves = st.just([p / 2 for p in density])
    b = draw(st.one_of(_rows(n, st.floats(-2, 2)), _rows(n, st.floats(-0.3, 0.3)), st.just([0.0] * n), halves))
    importance = draw(st.sampled_from([[1.0] * n, [0.9**i for i in range(n)]]))
    kind = draw(st.sampled_from(["independent", "independent", "one-hot", "correlated", "anticorrelated"]))
    if kind == "independent" or not grouped:
        return Model(W, b, importance, [1 - p for p in density])
    if kind == "one-hot":
        return Model(W, b, importance, None, floating.OneHot())
    law = floating.Correlated if kind == "correlated" else floating.Anticorrelated
    return Model(W, b, importance, None, law(draw(partitions(n)), 1 - density[0]))
