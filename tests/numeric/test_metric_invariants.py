"""What every weight matrix satisfies: one list of properties that the catalogue, degenerate and random matrices all pass."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, target
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.linalg import block_diag

from numeric import metrics
from numeric.geometry import catalogue, polytope_vertices

# Matrices of every shape, those with more rows than columns among them.
pytestmark = pytest.mark.filterwarnings("ignore::numeric.arguments.TransposedWarning")

EPS = np.finfo(np.float64).eps
Floats = NDArray[np.float64]

NAMES = (
    *("digon", "triangle", "square", "pentagon", "hexagon", "heptagon", "octagon", "11-gon"),
    *("tetrahedron", "4-simplex", "7-simplex", "octahedron", "4-orthoplex", "cube", "icosahedron", "dodecahedron"),
    *("square antiprism", "triangular antiprism", "triangular bipyramid", "pentagonal bipyramid"),
    *("triangle ⊕ triangle", "triangle ⊕ pentagon", "digon ⊕ tetrahedron"),
)
CASES: dict[str, Floats] = {
    **{name: catalogue.vertices(name) for name in NAMES},
    "free height": polytope_vertices.antiprism(4, 0.4),
    "unequal bipyramid": catalogue.vertices("triangular bipyramid") * [1, 1, 1, 0.5, 0.5],
    "one entry": np.array([[-3.0]]),
    "zero": np.zeros((2, 3)),
    "a zero column": np.array([[1.0, 0, -1, 2], [0.5, 0, 1, 1]]),
    "equal columns": np.array([[1.0, 1, 1], [2, 2, 2]]),
    "more dimensions than features": np.array([[1.0, 2], [0, 1], [3, -1], [1, 1]]),
    "dependent rows": np.array([[1.0, 2, 3], [2, 4, 6]]),
    "mixed scales": np.array([[1e-3, 10, 0.2], [2e-3, 3, -5]]),
}
# Quarters: a nonzero r × r minor is at least 4^-r, so the smallest nonzero singular value is at least 4^-4/9.8³ = 4e-6
# (9.8 ≥ ‖W‖), and the rank is never in doubt.
quarters = st.tuples(st.integers(1, 4), st.integers(1, 6)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=st.integers(-8, 8).map(lambda k: k / 4))
)
# Zero, or of a size at which literal formulas neither overflow nor underflow; the rank may be in doubt.
decimals = st.tuples(st.integers(1, 4), st.integers(1, 6)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=st.just(0.0) | st.floats(1e-3, 10) | st.floats(-10, -1e-3))
)


@dataclass(frozen=True)
class Metric:
    """A metric, the power of a common scale that it takes up, whether it is per feature, and its rounding error."""

    measure: Callable[[Floats], Floats]
    degree: int
    per_feature: bool
    rounding: Callable[[Floats], Floats | float]


def spread(W: Floats) -> Floats:
    """Relative rounding error of D_i: see test_metrics.py; the 40 in place of 10 covers a rotation as well."""
    norms = np.linalg.norm(W, axis=0)
    return np.asarray(40 * W.size * EPS * (1 + norms.max() / np.where(norms > 0, norms, np.inf)))


def largest(W: Floats) -> float:
    return float(np.linalg.norm(W, axis=0).max())


def square(W: Floats) -> float:
    return float((W**2).sum())


METRICS = {
    "feature_norms": Metric(metrics.feature_norms, 1, True, lambda W: 8 * W.size * EPS * largest(W)),
    "superposition": Metric(metrics.superposition, 2, True, lambda W: 40 * W.size * EPS * largest(W) ** 2),
    "feature_dimensionality": Metric(metrics.feature_dimensionality, 0, True, spread),
    "capacity": Metric(metrics.capacity, 0, True, spread),
    "frobenius_count": Metric(metrics.frobenius_count, 2, False, lambda W: 8 * W.size * EPS * square(W)),
    # Per hidden dimension, so that a zero row is padding.
    "dimensions_per_feature": Metric(
        lambda W: metrics.dimensions_per_feature(W) / W.shape[-2],
        -2,
        False,
        lambda W: 8 * W.size * EPS / square(W) if square(W) else 0.0,
    ),
    "coherence": Metric(metrics.coherence, 0, False, lambda W: 40 * W.size * EPS),
}


def same(found: Floats, expected: Floats, rounding: Floats | float) -> None:
    """Equal to rounding; an infinite D* (W = 0) equals itself."""
    found, expected, rounding = np.atleast_1d(*np.broadcast_arrays(found, expected, rounding))
    differ = found != expected
    assert (np.abs(found[differ] - expected[differ]) <= rounding[differ]).all()


def random_rotation(m: int, random: np.random.Generator) -> Floats:
    return np.asarray(np.linalg.qr(random.normal(size=(m, m)))[0])


def leverage(W: Floats) -> tuple[Floats, int, float]:
    """W_iᵀ(WWᵀ)⁺W_i as the squared rows of the right singular vectors; the rank; and the condition of the range."""
    singular, V = np.linalg.svd(W, full_matrices=False)[1:]
    rank = int((singular > 1e-9 * singular[0]).sum())
    return np.asarray((V[:rank] ** 2).sum(axis=0)), rank, float(singular[0] / singular[rank - 1]) if rank else 1.0


def bounds(W: Floats, random: np.random.Generator) -> None:
    """0 ≤ D_i ≤ 1, without rounding: the denominator holds the numerator as its own term j = i."""
    D = metrics.feature_dimensionality(W)
    assert ((D >= 0) & (D <= 1)).all()
    assert ((D > 0) == (W != 0).any(axis=0)).all()


def below_leverage(W: Floats, random: np.random.Generator) -> float:
    """D_i ≤ leverage: with A = WWᵀ, (w·w)² = (A^½w · A^{½+}w)² ≤ (wᵀAw)(wᵀA⁺w) (Cauchy-Schwarz)."""
    scores, _, condition = leverage(W)
    excess = metrics.feature_dimensionality(W) - scores
    assert (excess <= spread(W) + 40 * W.size * EPS * condition).all()
    return float(excess.max())


def deficit(W: Floats, random: np.random.Generator) -> None:
    """Σ D_i ≤ rank W ≤ m, equal exactly when every column is an eigenvector of A = WWᵀ. The leverages add up to the rank,
    and leverage_i − D_i = ‖W_i‖² rᵀA⁺r/μ² with μ = ŵᵀAŵ and r = Aŵ − μŵ, 0 for eigenvectors alone; A⁺ lies between
    1/λ_max and 1/λ_min on the range, which bounds the deficit from both sides.
    """
    D = metrics.feature_dimensionality(W)
    _, rank, condition = leverage(W)
    assert rank <= len(W)
    assert rank == metrics.numerical_rank(W)
    norms = np.linalg.norm(W, axis=0)
    units, norms = W[:, norms > 0] / norms[norms > 0], norms[norms > 0]
    A = W @ W.T
    rayleigh = ((A @ units) * units).sum(axis=0)
    residual = ((A @ units - rayleigh * units) ** 2).sum(axis=0)
    share = float((norms**2 * residual / rayleigh**2).sum())
    top = float(np.linalg.eigvalsh(A)[-1]) or 1.0
    rounding = len(D) * float(spread(W).max()) * condition**2
    assert share / top - rounding <= rank - D.sum() <= share * condition**2 / top + rounding


def sign_flips(W: Floats, random: np.random.Generator) -> None:
    """Flipping hidden axes flips no product's sign twice: every projection is the same sum, to the last bit."""
    flipped = W * random.choice([-1.0, 1.0], size=(len(W), 1))
    for metric in METRICS.values():
        same(metric.measure(flipped), metric.measure(W), 0.0)


def rotation_and_permutation(W: Floats, random: np.random.Generator) -> None:
    """All metrics are functions of WᵀW, which a rotation keeps, and sums over features, which have no order."""
    order = random.permutation(W.shape[1])
    turned = random_rotation(len(W), random) @ W[:, order]
    for metric in METRICS.values():
        rounding = np.broadcast_to(np.asarray(metric.rounding(W)), W.shape[1])[order]
        expected = metric.measure(W)
        same(
            metric.measure(turned),
            expected[order] if metric.per_feature else expected,
            rounding if metric.per_feature else rounding.max(),
        )


def common_scale(W: Floats, random: np.random.Generator) -> None:
    """Each metric is homogeneous: superposition and 1/D* take up the square of a scale, D none. The norms of the scaled W
    and of W are rounded apart.
    """
    scale = random.uniform(0.1, 10)
    for metric in METRICS.values():
        rounding = 2 * scale**metric.degree * np.asarray(metric.rounding(W))
        same(metric.measure(scale * W), scale**metric.degree * metric.measure(W), rounding)
    for power in (-300, 300):  # and powers of two are exact
        for metric in METRICS.values():
            same(metric.measure(np.ldexp(W, power)), 2.0 ** (power * metric.degree) * metric.measure(W), 0.0)


def padding(W: Floats, random: np.random.Generator) -> None:
    """A zero row adds 0 to every product, a zero column a feature that is stored nowhere and disturbs no other."""
    m, n = W.shape
    padded = np.zeros((m + 2, n + 1))
    padded[:m, :n] = W
    for metric in METRICS.values():
        found = metric.measure(padded)
        if metric.per_feature:
            assert found[n] == 0
            found = found[:n]
        same(found, metric.measure(W), 4 * np.asarray(metric.rounding(W)))


def tegum_product(W: Floats, random: np.random.Generator) -> None:
    """Orthogonal spaces: no projection crosses, so D and superposition are those of the factors, and coherence their max."""
    other = random.normal(size=(2, 3))
    product = np.asarray(block_diag(W, other))
    for name, metric in METRICS.items():
        found, first, second = (metric.measure(matrix) for matrix in (product, W, other))
        rounding = 8 * (np.max(metric.rounding(W)) + np.max(metric.rounding(other)) + np.max(metric.rounding(product)))
        if metric.per_feature:
            same(found, np.concatenate([first, second]), rounding)
        elif name == "coherence":
            same(found, np.maximum(first, second), rounding)
        elif name == "frobenius_count":
            same(found, first + second, rounding)
        else:
            same(1 / found, 1 / first + 1 / second, 16 * product.size * EPS * (square(W) + square(other)))


def capacity_is_dimensionality(W: Floats, random: np.random.Generator) -> None:
    """(w·w)²/Σ_j (w·w_j)² is D_i with numerator and denominator multiplied by ‖w‖²."""
    gram = W.T @ W
    total = (gram**2).sum(axis=1)
    literal = np.where(total > 0, np.diag(gram) ** 2 / np.where(total > 0, total, 1.0), 0.0)
    assert (metrics.capacity(W) == metrics.feature_dimensionality(W)).all()
    same(metrics.capacity(W), literal, spread(W))


# Each takes a matrix and a source of rotations and the like; what it returns, if anything, hypothesis drives up.
Property = Callable[[Floats, np.random.Generator], float | None]
WITHOUT_RANK: tuple[Property, ...] = (
    bounds,
    sign_flips,
    rotation_and_permutation,
    common_scale,
    padding,
    tegum_product,
    capacity_is_dimensionality,
)
PROPERTIES: tuple[Property, ...] = (below_leverage, deficit, *WITHOUT_RANK)


@pytest.mark.parametrize("name", CASES)
def test_the_list_of_cases(name: str) -> None:
    for holds in PROPERTIES:
        holds(CASES[name], np.random.default_rng(0))


@pytest.mark.parametrize("holds", PROPERTIES)
@given(quarters, st.integers(0, 2**20))
@pytest.mark.slow
def test_random_matrices(holds: Property, W: Floats, seed: int) -> None:
    closeness = holds(W, np.random.default_rng(seed))
    if closeness is not None:
        target(closeness)


@pytest.mark.parametrize("holds", WITHOUT_RANK)
@given(decimals, st.integers(0, 2**20))
@pytest.mark.slow
def test_random_matrices_of_several_scales(holds: Property, W: Floats, seed: int) -> None:
    holds(W, np.random.default_rng(seed))


def tight_frame(m: int, n: int, random: np.random.Generator) -> Floats:
    """m orthonormal rows: WWᵀ = 1, with columns of many norms."""
    return np.asarray(np.linalg.qr(random.normal(size=(n, m)))[0].T)


@given(
    st.lists(st.sampled_from([*NAMES, "random"]), min_size=1, max_size=3),
    st.integers(0, 3),
    st.integers(0, 2**20),
)
def test_blocks_of_tight_frames_use_every_dimension(names: list[str], dropped: int, seed: int) -> None:
    """Σ D_i = rank: each column is an eigenvector of WWᵀ, for the eigenvalue of its block."""
    random = np.random.default_rng(seed)
    blocks = [
        random.uniform(0.5, 2) * (tight_frame(3, 5, random) if name == "random" else catalogue.vertices(name))
        for name in names
    ]
    W = np.hstack([np.asarray(block_diag(*blocks)), np.zeros((sum(map(len, blocks)), dropped))])
    W = random_rotation(len(W), random) @ W[:, random.permutation(W.shape[1])]
    D = metrics.feature_dimensionality(W)
    assert metrics.numerical_rank(W) == len(W)
    assert abs(D.sum() - len(W)) <= (D * spread(W)).sum()


@pytest.mark.parametrize("name", [name for name in NAMES if "⊕" not in name and "bipyramid" not in name][1:])
@given(st.floats(0.02, 0.7))
def test_a_tight_frame_with_one_column_turned_does_not(name: str, angle: float) -> None:
    r"""WWᵀ = c + v'v'ᵀ − vvᵀ has eigenvalues c, c ± sin t, their vectors at 45° to the bisector of v and v', so v' is
    none of them: its own leverage − D is at least r²/(λ_max μ²) = (sin t cos t)²/((c + sin t)(c + sin² t)²).
    """
    W = catalogue.vertices(name)
    m, n = W.shape
    along = next(column for column in W.T if abs(column @ W[:, 0]) < 0.999)
    across = along - (along @ W[:, 0]) * W[:, 0]
    turned = W.copy()
    turned[:, 0] = np.cos(angle) * W[:, 0] + np.sin(angle) * across / np.linalg.norm(across)
    sine, cosine, c = np.sin(angle), np.cos(angle), n / m
    strict = (sine * cosine) ** 2 / ((c + sine) * (c + sine**2) ** 2)
    D = metrics.feature_dimensionality(turned)
    assert m - D.sum() >= strict - (D * spread(turned)).sum() > 0
