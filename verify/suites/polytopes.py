"""The suite of the polytopes: float vertices against exact ones, and names for what is turned, shuffled, noisy, minimised."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy
from scipy.spatial.distance import pdist

from analytic.exact import closed_form
from analytic.polytopes import CATALOGUE, antiprism, polytope
from numeric.arguments import Floats
from numeric.geometry import Reference, best_fit, describe, vertices
from numeric.geometry import antiprism as float_antiprism
from numeric.metrics import coherence, feature_dimensionality, numerical_rank
from numeric.minimise import minimise_loss
from numeric.running.progress import Progress, each

from ..check import Claim, Outcome, Rows, Worst, ready

TITLE = "Polytopes and their names"
ABOUT = (
    "Float vertices are held to the exact ones of the catalogue, and weights turned, shuffled, disturbed or "
    "minimised to their names."
)

_ROUNDING = 1e-13
_TOLERANCE = 0.05
# n, m, sparsity, and what the features form at the least loss that is found.
_MINIMA = ((2, 1, 0.9, "digon"), (5, 2, 0.95, "pentagon"), (6, 3, 0.95, "octahedron"))


CLAIMS: Rows[bool] = (
    (
        "polytope_gram",
        "The float vertices of every polytope of the catalogue have the exact Gram matrix, in some order.",
        lambda full, progress: gram(progress),
    ),
    (
        "polytope_dimensionality",
        "D of every vertex, and the coherence, from float weights equal the exact ones.",
        lambda full, progress: dimensionality(progress),
    ),
    (
        "polytope_dimensions",
        "Exactly and in floats, Σ D is the rank for every polytope of the catalogue, and less for antiprisms that are no "
        "tight frames.",
        lambda full, progress: dimensions(progress),
    ),
    (
        "polytope_energies",
        "Coulomb, logarithmic, Riesz and interference energies in closed form equal sums over float vertices.",
        lambda full, progress: energies(progress),
    ),
    (
        "polytope_names",
        "Turned, shuffled and with noise below the tolerance, every polytope of the catalogue gets its name.",
        lambda full, progress: names(50 if full else 5, progress),
    ),
    (
        "minimised_shapes",
        "The features of minimised models form the digon, pentagon and octahedron, with the exact D.",
        lambda full, progress: minimised(16 if full else 2, progress),
    ),
)


def claims(*, full: bool = False, device: str = "cpu") -> tuple[Claim, ...]:
    """The checks of the suite."""
    return ready(CLAIMS, full)


def _in_exact_order(name: str) -> tuple[Floats, Floats]:
    """The exact Gram matrix as floats, and the float vertices in the order in which theirs comes nearest to it."""
    exact = np.array(polytope(name).gram.evalf(30).tolist(), dtype=np.float64)
    V = vertices(name)
    fit = best_fit(V.T @ V, Reference(name, len(V), exact, starts=tuple(range(len(exact)))), 2.0)
    return exact, V if fit is None else V[:, list(fit.order)]


def gram(progress: Progress) -> Outcome:
    """Largest difference of an entry."""
    worst = Worst()
    for name in each(CATALOGUE, progress):
        exact, V = _in_exact_order(name)
        gaps = np.abs(V.T @ V - exact)
        i, j = np.unravel_index(gaps.argmax(), gaps.shape)
        worst.see(float(gaps[i, j]), float(exact[i, j]), float(V[:, i] @ V[:, j]), f"{name}, vertices {i} and {j}")
    return worst.outcome(_ROUNDING, "a few roundings of sums of products of numbers of at most 1")


def dimensionality(progress: Progress) -> Outcome:
    """Largest difference of a D or a coherence."""
    worst = Worst()
    for name in each(CATALOGUE, progress):
        exact = polytope(name)
        _, V = _in_exact_order(name)
        pairs = [*zip(exact.dimensionality, feature_dimensionality(V).tolist(), strict=True)]
        for place, (value, found) in enumerate([*pairs, (exact.coherence, float(coherence(V)))]):
            label = f"vertex {place}" if place < len(pairs) else "coherence"
            worst.see(abs(float(value.evalf(30)) - found), str(value), found, f"{name}, {label}")
    return worst.outcome(_ROUNDING, "a few roundings of quotients of at most 1")


def dimensions(progress: Progress) -> Outcome:
    """Σ D − rank: 0 in the catalogue; for antiprisms of other heights negative, and the same in floats as exactly."""
    worst = Worst()
    for index, name in enumerate(CATALOGUE):
        total = closed_form(sympy.Add(*polytope(name).dimensionality))
        V = vertices(name)
        found = float(feature_dimensionality(V).sum())
        # An exact sum that is another number than the rank is 1 away or more: no rounding excuses it.
        apart = 0.0 if total == polytope(name).vertices.rows == numerical_rank(V) else 1.0
        worst.see(max(apart, abs(found - len(V))), str(total), found, name)
        progress((index + 1) / (len(CATALOGUE) + 4))
    for k, height in ((3, "1/2"), (4, "1/2"), (4, "3/4"), (5, "2/5")):
        total = sympy.Add(*antiprism(k, height).dimensionality)
        found = float(feature_dimensionality(float_antiprism(k, float(sympy.Rational(height)))).sum())
        apart = 0.0 if total < 3 else 1.0
        worst.see(max(apart, abs(float(total.evalf(30)) - found)), str(total), found, f"{k}-antiprism, height {height}")
    progress(1.0)
    return worst.outcome(_ROUNDING, "a few roundings; exact sums must be equal, or lie below")


def energies(progress: Progress) -> Outcome:
    """Relative differences; the sums are taken over pairs of float vertices as they stand."""
    worst = Worst()
    for name in each(CATALOGUE, progress):
        exact, V = polytope(name), vertices(name)
        distances, cosines = pdist(V.T), V.T @ V
        positive = np.maximum(cosines - np.diag(np.diag(cosines)), 0.0)
        rows = (
            ("Coulomb", exact.coulomb_energy, (1 / distances).sum()),
            ("logarithmic", exact.log_energy, -np.log(distances).sum()),
            ("Riesz, power 3", exact.riesz_energy(3), (distances**-3).sum()),
            ("interference", exact.interference_energy, (positive**2).sum()),
        )
        for label, closed, found in rows:
            value = float(closed.evalf(30))
            worst.see(abs(value - found) / (1 + abs(value)), str(closed)[:80], float(found), f"{name}, {label}")
    return worst.outcome(1e-12, "relative; a few roundings for each of at most 190 pairs")


def _disguised(name: str, count: int) -> Iterator[tuple[Floats, str]]:
    """The polytope in random orientations and orders, each vertex turned by up to half the tolerance, norms off by 5 %;
    and where that is.
    """
    random = np.random.default_rng(sum(map(ord, name)))
    V = vertices(name)
    for index in range(count):
        across = random.normal(size=V.shape)
        across -= V * (across * V).sum(axis=0)
        lengths = np.linalg.norm(across, axis=0)
        angle = _TOLERANCE / 2 * random.uniform()
        W = np.cos(angle) * V + np.sin(angle) * across / np.where(lengths > 1e-9, lengths, np.inf)
        turn = np.linalg.qr(random.normal(size=(len(V), len(V))))[0]
        W = turn @ (W * random.uniform(0.95, 1.05, size=V.shape[1]))[:, random.permutation(V.shape[1])]
        yield W, f"{name}, disguise {index}, turned by {angle:.3f}"


def names(count: int, progress: Progress) -> Outcome:
    """1 for a wrong name."""
    worst = Worst()
    for name in each(CATALOGUE, progress):
        for W, place in _disguised(name, count):
            found = describe(W, tolerance=_TOLERANCE).whole
            worst.see(float(found != name), name, str(found), place)
    reason = "a name is right or wrong: turning by half the tolerance moves no cosine by more than the tolerance"
    return worst.outcome(0.0, reason, {"disguises": count * len(CATALOGUE)})


def minimised(starts: int, progress: Progress) -> Outcome:
    """Largest |D − exact D| at the least loss found; 1 for another shape."""
    worst = Worst()
    for n, m, sparsity, name in each(_MINIMA, progress):
        solution = minimise_loss(n, m, sparsity, starts=starts)
        geometry = describe(solution.W, solution.b)
        exact = polytope(name).dimensionality[0]
        found = feature_dimensionality(np.asarray(solution.W, dtype=np.float64))
        apart = np.abs(found - float(exact)).max() if geometry.whole == name and not geometry.unlearned else 1.0
        worst.see(float(apart), f"{name}, D = {exact}", f"{geometry}, D = {found[0]:.9g}", f"n = {n}, m = {m}")
    reason = "a gradient of at most 1e-10 over curvatures of 1e-4 or more (p² = 1/400) leaves weights off by 1e-6"
    return worst.outcome(1e-6, reason, {"starts": starts})
