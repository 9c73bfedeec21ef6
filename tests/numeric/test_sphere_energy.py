"""Energies on the sphere: literal loops in long arithmetic, differences of them, invariances, bad input."""

import itertools
import math
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings, target
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from numeric.thomson import Energy, Interference, Logarithmic, Riesz, energy, tangent_bases, unit_points
from numeric.thomson.pair_energy import energy_of
from numeric.thomson.sphere_energy import Objective, gradient, hessian

EPS = float(np.finfo(float).eps)
Floats = NDArray[np.float64]
KINDS: tuple[Any, ...] = ("coulomb", "log", "interference", ("riesz", 0.5), ("riesz", 2), ("riesz", 6))
DIGITS = 40
STEP = mpmath.mpf("1e-11")


def directions(dim: int) -> Floats:
    """The vectors of {-1, 0, 1}^dim, each moved by up to 1/50 in each coordinate, so that orthogonal ones are not by default."""
    lattice = np.array([v for v in itertools.product((-1, 0, 1), repeat=dim) if any(v)], dtype=float)
    return lattice + 0.02 * np.sin(1 + np.arange(lattice.size)).reshape(lattice.shape)


# Directions 30° or more apart before each coordinate moves by at most 1/20 in all: energies are finite, and so are derivatives.
@st.composite
def configurations(draw: st.DrawFn, least: int = 1) -> Floats:
    dim = draw(st.integers(max(1, least - 1), 4))
    sites = directions(dim)
    chosen = draw(st.lists(st.integers(0, len(sites) - 1), unique=True, min_size=least, max_size=5))
    nudges = draw(arrays(np.float64, (len(chosen), dim), elements=st.floats(-0.03, 0.03)))
    return np.asarray(sites[chosen] + nudges)


def every_kind(test: Any) -> Any:
    """Each kind gets its share of the examples: drawn at random, the search for the worst error would leave some out."""
    share = max(12, settings.default.max_examples // len(KINDS))
    return pytest.mark.parametrize("kind", KINDS, ids=str)(settings(max_examples=share)(test))


seeds = st.integers(0, 2**20)


def literal_pair(kind: Any, p: Any, q: Any) -> Any:
    if kind == "interference":
        cosine = sum(a * b for a, b in zip(p, q, strict=True))
        return 2 * max(cosine, mpmath.mpf(0)) ** 2
    distance = mpmath.sqrt(sum((a - b) ** 2 for a, b in zip(p, q, strict=True)))
    if kind == "log":
        return -mpmath.log(distance)
    return distance ** -mpmath.mpf(1 if kind == "coulomb" else kind[1])


def literal(kind: Any, points: Floats, velocity: Floats | None = None, time: Any = 0) -> Any:
    """Σ over pairs in 40 digits, each point having gone along its geodesic with that velocity for that time."""
    rows = []
    for k, row in enumerate(points.tolist()):
        norm = mpmath.sqrt(sum(mpmath.mpf(a) ** 2 for a in row))
        unit = [mpmath.mpf(a) / norm for a in row]
        if velocity is not None:
            along = [mpmath.mpf(a) for a in velocity[k].tolist()]
            radial = sum(a * b for a, b in zip(unit, along, strict=True))
            along = [b - radial * a for a, b in zip(unit, along, strict=True)]
            speed = mpmath.sqrt(sum(b * b for b in along))
            if speed:
                c, s = mpmath.cos(speed * time), mpmath.sin(speed * time) / speed
                unit = [c * a + s * b for a, b in zip(unit, along, strict=True)]
        rows.append(unit)
    return sum((literal_pair(kind, p, q) for p, q in itertools.combinations(rows, 2)), mpmath.mpf(0))


def scale(kind: Any, points: Floats, derivatives: int) -> float:
    """Σ over pairs of the size of a derivative, times the relative rounding of q at the closest distance: coordinates of unit
    points carry 2 eps, q = |r_i − r_j|² some 16 eps, and q^(−s/2 − k) loses (s/2 + k) of that over q.
    """
    power = {"coulomb": 1.0, "log": 1.0, "interference": 1.0}.get(kind) if isinstance(kind, str) else kind[1]
    assert power is not None
    units = unit_points(points)
    squares = [float(((p - q) ** 2).sum()) for p, q in itertools.combinations(units, 2)] or [4.0]
    size = sum((power + 2) ** derivatives * (1 + q ** (-power / 2)) * (1 + 1 / q) ** derivatives for q in squares)
    return 16 * (power / 2 + derivatives + 1) * EPS / min(squares) * size


def velocities(points: Floats, seed: int) -> Floats:
    """Random tangent vectors at the points scaled to length 1, each of length at most 1."""
    units = unit_points(points)
    along = np.random.default_rng(seed).uniform(-1, 1, size=units.shape) / math.sqrt(units.shape[1])
    return np.asarray(along - (along * units).sum(axis=1, keepdims=True) * units)


@every_kind
@given(configurations())
def test_energy_is_its_definition_in_both_forms(kind: Any, points: Floats) -> None:
    with mpmath.workdps(DIGITS):
        exact = float(literal(kind, points))
    tolerance = scale(kind, points, 0)
    errors = {
        "differences": abs(energy(points, kind) - exact),
        "cosines": abs(Objective(*points.shape, energy_of(kind))(points.ravel())[0] - exact),
    }
    for label, error in errors.items():
        target(error / tolerance, label=label)
        assert error <= tolerance


@every_kind
@given(configurations(), seeds)
def test_gradient_is_the_difference_quotient(kind: Any, points: Floats, seed: int) -> None:
    """At a step of 1e-11 in 40 digits a symmetric quotient is off by its square times third derivatives: nothing here."""
    slope = gradient(points, kind)
    along = velocities(points, seed)
    with mpmath.workdps(DIGITS):
        ahead, behind = (literal(kind, points, along, sign * STEP) for sign in (1, -1))
        exact = float((ahead - behind) / (2 * STEP))
    found = float((slope * along).sum())
    tolerance = scale(kind, points, 1) * math.sqrt(points.shape[1])
    target(abs(found - exact) / tolerance)
    assert abs(found - exact) <= tolerance
    assert np.abs((slope * unit_points(points)).sum(axis=1)).max() <= tolerance
    # In x, with points of any length, each slope is divided by that length.
    objective = Objective(*points.shape, energy_of(kind))
    norms = np.linalg.norm(points, axis=1, keepdims=True)
    np.testing.assert_allclose(objective(points.ravel())[1], (slope / norms).ravel(), rtol=0, atol=tolerance)


@every_kind
@given(configurations(least=2), seeds)
def test_hessian_is_the_second_difference_quotient(kind: Any, points: Floats, seed: int) -> None:
    """A quadratic form is known from its values. A step of 1e-11 sees both sides of a jump of φ″ within 2e-11: by 4 for
    interference, times a rate of at most 2, squared.
    """
    units = unit_points(points)
    along = velocities(points, seed)
    coordinates = np.einsum("ida,id->ia", tangent_bases(units), along).ravel()
    H = hessian(points, kind)
    assert (H == H.T).all() or np.abs(H - H.T).max() <= scale(kind, points, 2)
    found = float(coordinates @ H @ coordinates)
    with mpmath.workdps(DIGITS):
        ahead, here, behind = (literal(kind, points, along, sign * STEP) for sign in (1, 0, -1))
        exact = float((ahead - 2 * here + behind) / STEP**2)
    cosines = (units @ units.T)[np.triu_indices(len(units), 1)]
    jumps = 16 * float((np.abs(cosines) < 2e-11).sum()) if kind == "interference" else 0.0
    tolerance = scale(kind, points, 2) * points.shape[1] + jumps
    target(abs(found - exact) / tolerance)
    assert abs(found - exact) <= tolerance


@every_kind
@given(configurations(least=2), seeds)
def test_rotation_and_permutation(kind: Any, points: Floats, seed: int) -> None:
    """Distances do not change under an orthogonal map, a sum not under renumbering; the gradient turns along, and the
    Hessian's eigenvalues stay, since tangent bases only turn.
    """
    random = np.random.default_rng(seed)
    n, dim = points.shape
    Q = np.linalg.qr(random.normal(size=(dim, dim)))[0]
    order = random.permutation(n)
    turned = points[order] @ Q.T
    value, slope, curvature = (4 * dim * scale(kind, points, k) for k in range(3))
    assert abs(energy(turned, kind) - energy(points, kind)) <= value
    assert np.abs(gradient(turned, kind) - gradient(points, kind)[order] @ Q.T).max() <= slope
    spectra = [np.linalg.eigvalsh(hessian(each, kind)) for each in (points, turned)]
    assert np.abs(spectra[0] - spectra[1]).max(initial=0.0) <= n * dim * curvature


@every_kind
@given(configurations(), st.floats(1e-100, 1e100))
def test_points_are_scaled_to_the_sphere(kind: Any, points: Floats, length: float) -> None:
    assert abs(energy(length * points, kind) - energy(points, kind)) <= 2 * scale(kind, points, 0)


@given(configurations())
def test_tangent_bases_are_orthonormal_and_tangent(points: Floats) -> None:
    units = unit_points(points)
    n, dim = units.shape
    whole = np.concatenate([units[:, :, None], tangent_bases(units)], axis=2)
    np.testing.assert_allclose(
        whole.transpose(0, 2, 1) @ whole, np.broadcast_to(np.eye(dim), (n, dim, dim)), atol=16 * EPS
    )


def test_near_points_keep_their_digits() -> None:
    """By differences of coordinates; their cosine is 1 in floats."""
    points = [[1.0, 0.0], [1.0, 1e-12]]
    assert energy(points) == pytest.approx(1e12, rel=4 * EPS)
    assert energy(points, "log") == pytest.approx(12 * math.log(10), rel=4 * EPS)
    assert energy([[1.0, 0.0], [1.0, 1e-30]], ("riesz", 20)) == math.inf


def test_one_point_has_no_energy() -> None:
    for kind in KINDS:
        assert energy([[3.0, 4.0]], kind) == 0
        assert not gradient([[3.0, 4.0]], kind).any()
        assert not hessian([[3.0, 4.0]], kind).any()


def test_energies_by_name_and_as_objects() -> None:
    assert energy_of("coulomb") == energy_of(("riesz", 1)) == Riesz(1.0)
    assert energy_of("log") == Logarithmic()
    own: Energy = Interference()
    assert energy_of(own) is own
    assert energy([[1.0, 0.0], [1.0, 0.0]], own) == 2.0


@pytest.mark.parametrize("call", [energy, gradient, hessian])
@pytest.mark.parametrize(
    ("points", "kind", "message"),
    [
        ([[1.0, 0.0], [0.0, 0.0]], "coulomb", "points must lie off the origin, got point 1 at it"),
        (
            [[1.0, 2.0], [3.0, 1.0], [2.0, 4.0]],
            "log",
            "points must be distinct, or the energy is infinite, got 0 and 2 coincident",
        ),
        (np.zeros((0, 3)), "coulomb", r"points must have shape \(n, dim\) with n, dim ≥ 1, got \(0, 3\)"),
        (np.zeros((3, 0)), "coulomb", r"points must have shape .* got \(3, 0\)"),
        ([1.0, 2.0], "coulomb", r"points must have shape .* got \(2,\)"),
        ([[1.0, math.nan]], "coulomb", "points must be finite, got nan among its entries"),
        ("abc", "coulomb", "points must hold real numbers, not text, got 'abc'"),
        (
            [[1.0, 0.0]],
            "columb",
            r"(kind|energy) must be one of coulomb, log, interference or \('riesz', power\), got 'columb'",
        ),
        ([[1.0, 0.0]], ("riesz", "2"), "power in kind must be a real number, got '2'"),
        (
            [[1.0, 0.0]],
            None,
            r"(kind|energy) must be one of coulomb, log, interference or \('riesz', power\), got None",
        ),
        ([[1.0, 0.0]], ("riesz", 0), r"power in kind must lie in \(0, 30\], got 0\.0"),
        ([[1.0, 0.0]], ("riesz", 31), r"power in kind must lie in \(0, 30\], got 31\.0"),
        ([[1.0, 0.0]], ("riesz", math.nan), r"power in kind must lie in \(0, 30\], got nan"),
    ],
)
def test_bad_input(call: Any, points: Any, kind: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(points, kind)
