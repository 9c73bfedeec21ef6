r"""For property tests of metrics and losses, one's own or another's: strategies of hypothesis, invariances, exact values.

Strategies draw exact numbers with small denominators, so that zero, equal and opposite columns come up. `assert_invariants`
holds a metric of W to what every quantity has that depends on W through WᵀW. `DIMENSIONALITIES` and `LOSSES` are pairs of a
model and its exact value, each derived on paper in its comment.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

import analytic.exact
import numeric.arguments
from analytic.capacity import tight_frame
from analytic.polytopes import CATALOGUE, polytope

from .laws import Anticorrelated, Correlated, Independent, Law, OneHot

Floats = NDArray[np.float64]
Matrix = list[list[Fraction]]
EPS = float(np.finfo(np.float64).eps)

ENTRIES = st.builds(Fraction, st.integers(-4, 4), st.integers(1, 2))
_IMPORTANCES = st.builds(Fraction, st.integers(0, 3), st.integers(1, 2))
_SPARSITIES = st.builds(Fraction, st.integers(0, 4), st.just(4))


class Model(NamedTuple):
    """W (m, n), b (n,), a law and importances (n,), as exact numbers: the arguments of `exact_loss`."""

    W: Matrix
    b: list[Fraction]
    law: Law
    importance: list[Fraction]


class Dimensionality(NamedTuple):
    """W (m, n) and D_i = ‖W_i‖²/Σ_j (Ŵ_i·W_j)² of each column, exactly."""

    W: tuple[tuple[Fraction, ...], ...]
    D: tuple[Fraction, ...]


class Loss(NamedTuple):
    """W (m, n), b (n,), a law, and K with every importance 1, exactly."""

    W: tuple[tuple[Fraction, ...], ...]
    b: tuple[Fraction, ...]
    law: Law
    K: Fraction


def _rows(*rows: tuple[Any, ...]) -> tuple[tuple[Fraction, ...], ...]:
    return tuple(tuple(map(Fraction, row)) for row in rows)


DIMENSIONALITIES = (
    Dimensionality(_rows((1, 0), (0, 2)), (Fraction(1), Fraction(1))),  # orthogonal columns share with none
    Dimensionality(
        _rows((1, -1, 0)), (Fraction(1, 2), Fraction(1, 2), Fraction(0))
    ),  # a digon, and a feature not learned
    # ‖W_1‖² = 1 and its projections are 1 and −½; ‖W_2‖² = 13/16, (Ŵ_2·W_1)² = (1/4)/(13/16) = 4/13.
    Dimensionality(_rows((1, "-1/2"), (0, "3/4")), (Fraction(4, 5), Fraction(169, 233))),
    # Two digons at right angles, of different lengths.
    Dimensionality(_rows((1, -1, 0, 0), (0, 0, 3, -3)), (Fraction(1, 2),) * 4),
)
LOSSES = (
    # Nothing is learned: E x² = p/3 for each feature.
    Loss(_rows((0, 0)), (Fraction(0),) * 2, Independent("1/2"), Fraction(1, 3)),
    # An antipodal pair: where both are on each is wrong by the smaller one, and E min(x, y)² = 1/6: K = p²/3.
    Loss(_rows((1, -1)), (Fraction(0),) * 2, Independent("1/2"), Fraction(1, 12)),
    # One active feature at a time: an antipodal pair has no error.
    Loss(_rows((1, -1)), (Fraction(0),) * 2, OneHot(), Fraction(0)),
    # In one direction, on together: E y² + E x² = 2p/3.
    Loss(_rows((1, 1)), (Fraction(0),) * 2, Correlated([(0, 1)], "1/2"), Fraction(1, 3)),
    # A bias alone: ∫(x − ½)² = 1/12 where x is on, ¼ where it is off.
    Loss(_rows((0,)), (Fraction(1, 2),), Independent("1/2"), Fraction(1, 6)),
)


@st.composite
def rational_matrices(draw: st.DrawFn, n: int | None = None, m: int | None = None) -> Matrix:
    """W (m, n) of multiples of ½ in [−4, 4]; n up to 4 and m up to 2 unless given."""
    columns = draw(st.integers(1, 4)) if n is None else n
    rows = draw(st.integers(1, min(2, columns))) if m is None else m
    row = st.lists(ENTRIES, min_size=columns, max_size=columns)
    return draw(st.lists(row, min_size=rows, max_size=rows))


@st.composite
def laws(draw: st.DrawFn, n: int) -> Law:
    """Laws of n features of every kind, with sparsities that are multiples of ¼, 0 and 1 among them."""
    kind = draw(st.sampled_from(["one", "each", "hot", "together", "apart"]))
    if kind == "hot":
        return OneHot()
    if kind == "each":
        return Independent(tuple(draw(st.lists(_SPARSITIES, min_size=n, max_size=n))))
    s = draw(_SPARSITIES)
    if kind == "one":
        return Independent(s)
    order = draw(st.permutations(range(n)))
    cut = draw(st.integers(1, n))
    groups = [tuple(group) for group in (order[:cut], order[cut:]) if group]
    return (Correlated if kind == "together" else Anticorrelated)(groups, s)


@st.composite
def rational_models(draw: st.DrawFn, n: int | None = None, m: int | None = None) -> Model:
    """Models in exact numbers, n up to 4 and m up to 2 unless given: what `exact_loss` takes."""
    W = draw(rational_matrices(n, m))
    width = len(W[0])
    b = draw(st.lists(ENTRIES, min_size=width, max_size=width))
    return Model(W, b, draw(laws(width)), draw(st.lists(_IMPORTANCES, min_size=width, max_size=width)))


def models(n: int | None = None, m: int | None = None) -> st.SearchStrategy[tuple[Floats, Floats, Law, Floats]]:
    """The same with W, b and importances as float64 arrays, which hold these numbers without rounding."""
    return rational_models(n, m).map(
        lambda model: (_floats(model.W), _floats(model.b), model.law, _floats(model.importance))
    )


def polytopes() -> st.SearchStrategy[Floats]:
    """Vertices (m, n) of a polytope of the catalogue, as floats; D_i are in `polytope(name).dimensionality`."""
    return st.sampled_from(CATALOGUE).map(lambda name: _floats(polytope(name).vertices.tolist()))


@st.composite
def tight_frames(draw: st.DrawFn) -> Floats:
    """W (d, k) with WWᵀ = 1 and columns of many norms: ‖W_i‖² = D_i, and Σ D_i = d. Zero columns come up."""
    begun = draw(st.lists(st.fractions(0, 1, max_denominator=6), min_size=1, max_size=4))
    rest = -sum(begun, Fraction(0)) % 1
    return _floats(tight_frame([*begun, rest if sum(begun) + rest >= 1 else Fraction(1)]).tolist())


def assert_invariants(
    metric: Callable[[Floats], Any],
    W: Floats,
    *,
    kind: str = "feature",
    degree: int | None = 0,
    seed: int = 0,
    rounding: float = 1e-9,
) -> None:
    """AssertionError, which says which, unless `metric` has these invariances at W (m, n).

    `kind`: "feature" for a metric with one value for each column, "model" for one value. A rotation of the hidden space,
    signs of its axes and a row of zeros change nothing; a permutation of the features permutes the values of a "feature"
    metric; W → 2W multiplies them by 2^`degree` (None: not asked). `rounding` is relative to the largest value, or to
    ‖W‖_F^`degree` where that is more: what vanishes may differ by as much.

    >>> from antipodal import feature_dimensionality, feature_norms
    >>> W = np.array([[1.0, -0.5, 0.0], [0.0, 0.75, 2.0]])
    >>> assert_invariants(feature_dimensionality, W)
    >>> assert_invariants(feature_norms, W)
    Traceback (most recent call last):
    AssertionError: scale: found [2.0, 1.8027756377319946, 4.0], wanted [1.0, 0.9013878188659973, 2.0]
    """
    if kind not in ("feature", "model"):
        raise ValueError(f'kind must be "feature" or "model", got {kind!r}')
    random = np.random.default_rng(seed)
    m, n = W.shape
    value = np.asarray(metric(W), dtype=np.float64)
    if kind == "feature" and value.shape != (n,):
        raise AssertionError(f"shape: found {value.shape}, wanted {(n,)}, a value for each column")
    order = random.permutation(n)
    rotation = np.linalg.qr(random.normal(size=(m, m)))[0]
    signs = np.where(np.arange(m)[:, None] % 2, 1.0, -1.0)
    wanted = {
        "sign": (signs * W, value),
        "rotation": (rotation @ W, value),
        "permutation": (W[:, order], value[order] if kind == "feature" else value),
        "padding": (np.vstack([W, np.zeros((1, n))]), value),
    }
    if degree is not None:
        wanted["scale"] = (2 * W, 2.0**degree * value)
    for name, (changed, expected) in wanted.items():
        with (
            numeric.arguments.sizes_known(),
            analytic.exact.sizes_known(),
        ):  # a row of zeros may make W taller than wide
            found = np.asarray(metric(changed), dtype=np.float64)
        unit = np.abs(expected).max(initial=float(np.linalg.norm(changed)) ** (degree or 0))
        if found.shape != expected.shape or not np.allclose(
            found, expected, rtol=0, atol=rounding * unit, equal_nan=True
        ):
            raise AssertionError(f"{name}: found {found.tolist()}, wanted {expected.tolist()}")


def _floats(values: Any) -> Floats:
    return np.array([[*map(float, row)] if isinstance(row, list) else float(row) for row in values])
