"""The suite of the winners: certified least losses of polytopes and their packings, against scans and full minimisation."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

import numpy as np
import torch

from analytic.exact import to_sympy
from analytic.polytope_loss import best_loss
from analytic.winners import Packing, Reign, atoms, packings, winner_at, winners
from numeric.arguments import Floats
from numeric.geometry import vertices
from numeric.law import variance
from numeric.population import expected_loss
from numeric.running.progress import Progress, each

from ..check import Claim, Outcome, Row, Rows, Worst, ready
from .winner_searches import EIGHT, beaten, free_height, searched

TITLE = "Which polytope wins"
ABOUT = "Which polytope wins at which sparsity is certified, and held to scans and to descent over all weights."

SMALL = ((3, 2), (4, 2), (5, 2), (6, 2), (4, 3), (5, 3), (6, 3))
_LEVELS, _GRID = 18, (21, 5)
"""A scan's first grid has 21 × 21 places, seventeen more have 5 × 5, each in a window half as wide."""
_SCANNED = (
    "relative to Σ E x_i²: the last steps are 1e-6, of which a stationary loss takes the square, times its curvature"
)
_LARGEST = 2.5  # norms and biases of the scan: best norms lie below 3/2 at the sparsities here, biases between −1 and 1
_NEAR = Fraction(1, 200)
_SEARCHED = ((3, 2, "3/5"), (5, 2, "9/10"), (4, 3, "2/5"))
_SEARCHED_FULL = (
    *(
        (3, 2, "2/5"),
        (4, 2, "3/10"),
        (5, 2, "1/4"),
        (5, 2, "3/5"),
        (6, 2, "1/4"),
        (6, 2, "3/5"),
        (6, 2, "4/5"),
        (6, 2, "99/100"),
    ),
    *((4, 3, "4/5"), (5, 3, "1/4"), (5, 3, "2/5"), (5, 3, "4/5"), (6, 3, "2/5"), (6, 3, "4/5"), (8, 3, "3/5")),
)
"""(n, m, sparsity) at which the least loss of all W and b that is found is the winner's."""


def _settings(full: bool) -> tuple[tuple[int, int], ...]:
    return (*SMALL, EIGHT) if full else SMALL


BEYOND: Row[bool] = (
    "free_height",
    "For n = 8, m = 3, s = 4/5 the least loss that is found is that of a square antiprism lower than the tight frame.",
    lambda full, progress: free_height(progress),
)
CLAIMS: Rows[bool] = (
    (
        "atom_losses",
        "The certified least loss of every polytope is what a scan of norms and biases finds.",
        lambda full, progress: atom_losses(12 if full else 3, progress),
    ),
    (
        "winner_weights",
        "The loss without sampling, at the certified norms and biases of the winners, is the certified loss.",
        lambda full, progress: winner_weights(_settings(full), progress),
    ),
    (
        "winner_rectified",
        "For n = 10, m = 4, s = 9/10 and 49/50 the rectified 5-cell wins, and the loss without sampling at its norm and bias "
        "is the certified loss.",
        lambda full, progress: rectified(progress),
    ),
    (
        "winner_sequence",
        "Scans of all packings over a grid of sparsities find the proved sequence of winners.",
        lambda full, progress: sequence(_settings(full), 12 if full else 3, progress),
    ),
    (
        "winner_crossings",
        "At the enclosed crossings the scanned losses of the two packings are equal.",
        lambda full, progress: crossings(_settings(full), progress),
    ),
    (
        "winner_beaten",
        "For n = 4, m = 2, s = 1/20 no packing of polytopes is best: weights that are found have a lower exact loss.",
        lambda full, progress: beaten(progress),
    ),
    (
        "winner_is_minimum",
        "Minimising over all W and b finds the winner: the same loss and the same shapes.",
        lambda full, progress: searched((*_SEARCHED, *_SEARCHED_FULL) if full else _SEARCHED, progress),
    ),
)


def claims(*, full: bool = False, device: str = "cpu") -> tuple[Claim, ...]:
    """The checks of the suite."""
    return ready((*CLAIMS, *((BEYOND,) if full else ())), full)


@lru_cache(maxsize=4096)
def scan(name: str, s: Fraction) -> float:
    """The least loss of a polytope, all vertices together, over one norm and one bias: a grid that closes in.

    All vertices are alike, so the loss of one is looked at.
    """
    V = vertices(name)
    n = V.shape[1]
    own = np.eye(n)[0]
    norm, bias, reach, least = _LARGEST / 2, 0.0, _LARGEST / 2, np.inf
    for level in range(_LEVELS):
        count = _GRID[level > 0]
        norms = np.abs(np.linspace(norm - reach, norm + reach, count))
        biases = np.linspace(bias - reach, bias + reach, count)
        t, b = (part.ravel() for part in np.meshgrid(norms, biases))
        W = torch.from_numpy(t[:, None, None] * V)
        losses = expected_loss(W, torch.from_numpy(np.repeat(b[:, None], n, axis=1)), float(s), own).numpy()
        best = int(losses.argmin())
        norm, bias, least = float(t[best]), float(b[best]), min(least, float(losses[best]))
        reach /= 2 if level else 8
    return float(n * least)


def scanned(packing: Packing, s: Fraction) -> float:
    """The loss of a packing by scans of its atoms."""
    p = float(1 - s)
    return packing.dropped * variance(p) + sum(count * scan(atom.name, s) for atom, count in packing.atoms)


def atom_losses(count: int, progress: Progress) -> Outcome:
    """Difference over E Σ x_i², for the atoms of six features; sparsities evenly from 0 on."""
    worst, shapes = Worst(), atoms(6, 3)
    for s in each((Fraction(k, count) for k in range(count)), progress):
        for atom in shapes:
            exact, found = float(best_loss(atom, s, 20).loss.midpoint), scan(atom.name, s)
            scale = atom.gram.rows * float(1 - s) / 3
            worst.see(abs(found - exact) / scale, exact, found, f"{atom.name}, s = {s}")
    return worst.outcome(1e-10, _SCANNED, {"sparsities": count, "polytopes": [atom.name for atom in shapes]})


def model(n: int, m: int, s: Fraction) -> tuple[Floats, Floats, float]:
    """The winner as floats, W (m, n) and b (n,), and its certified loss."""
    winner = winner_at(n, m, to_sympy(s))
    W, b, row, column = np.zeros((m, n)), np.full(n, float(1 - s) / 2), 0, 0
    for best, (atom, count) in zip(winner.atoms, winner.packing.atoms, strict=True):
        rows, columns = atom.vertices.shape
        for _ in range(count):
            W[row : row + rows, column : column + columns] = float(best.norm.midpoint) * vertices(atom.name)
            b[column : column + columns] = float(best.bias.midpoint)
            row, column = row + rows, column + columns
    for k in range(winner.packing.singles):
        W[row + k, column + k], b[column + k] = 1.0, 0.0
    return W, b, float(winner.loss.midpoint)


def winner_weights(settings: Iterable[tuple[int, int]], progress: Progress) -> Outcome:
    """Difference over E Σ x_i², in the middle of every reign and near its ends."""
    worst, chosen = Worst(), tuple(settings)
    for n, m in each(chosen, progress):
        for reign in winners(n, m):
            for s in _inside(reign, (Fraction(1, 50), Fraction(1, 2), Fraction(49, 50))):
                W, b, exact = model(n, m, s)
                found = float(expected_loss(torch.from_numpy(W), torch.from_numpy(b), float(s)))
                place = f"n = {n}, m = {m}, s = {float(s):.4f}: {reign.packing.name}"
                worst.see(abs(found - exact) / (n * float(1 - s) / 3), exact, found, place)
    return worst.outcome(1e-10, "relative to Σ E x_i², the accuracy that the route promises")


def rectified(progress: Progress) -> Outcome:
    """Difference over E Σ x_i²; infinite where another packing wins or the certified losses overlap."""
    worst = Worst()
    for s in each((Fraction(9, 10), Fraction(49, 50)), progress):
        winner = winner_at(10, 4, to_sympy(s))
        W, b, exact = model(10, 4, s)
        found = float(expected_loss(torch.from_numpy(W), torch.from_numpy(b), float(s)))
        ahead = winner.runner_up_loss is not None and winner.runner_up_loss.midpoint > winner.loss.midpoint
        apart = abs(found - exact) / (10 * float(1 - s) / 3)
        wins = winner.packing.name == "rectified 5-cell" and ahead
        worst.see(apart if wins else np.inf, exact, found, f"s = {s}: {winner.packing.name}")
    return worst.outcome(1e-10, "relative to Σ E x_i², the accuracy that the route promises")


def sequence(settings: Iterable[tuple[int, int]], count: int, progress: Progress) -> Outcome:
    """Places where the packing of least scanned loss is not the one that reigns: on a grid, and 1/200 from each crossing."""
    wrong, places, chosen = [], 0, tuple(settings)
    for n, m in each(chosen, progress):
        reigns = winners(n, m)
        grid = [Fraction(k, count) for k in range(count)]
        # Rounded, so that a crossing that several settings share is scanned once.
        near = [round(_fraction(reign.end.midpoint) + side, 3) for reign in reigns[:-1] for side in (-_NEAR, _NEAR)]
        for s in grid + near:
            reigning = next(reign.packing for reign in reigns if s < _fraction(reign.end.midpoint))
            least = min(packings(n, m), key=lambda packing: scanned(packing, s))
            places += 1
            if least != reigning:
                wrong.append(f"n = {n}, m = {m}, s = {s}: {least.name}, not {reigning.name}")
    names = "; ".join(" → ".join(reign.packing.name for reign in winners(n, m)) for n, m in chosen)
    return Outcome(
        exact=names,
        independent=wrong[0] if wrong else f"the same at {places} places",
        deviation=len(wrong),
        tolerance=0,
        reason="places where they differ",
        data={"places": places, "differ": wrong},
    )


def crossings(settings: Iterable[tuple[int, int]], progress: Progress) -> Outcome:
    """Difference of the two losses over Σ E x_i² of what changes, at the middle of the enclosure, whose width is 1e-12."""
    worst, table, chosen = Worst(), {}, tuple(settings)
    for n, m in each(chosen, progress):
        reigns = winners(n, m)
        for before, after in pairwise(reigns):
            s = _fraction(before.end.midpoint)
            first, second = before.packing.without(after.packing), after.packing.without(before.packing)
            losses = scanned(first, s), scanned(second, s)
            place = f"n = {n}, m = {m}: {before.packing.name} → {after.packing.name}"
            table[place] = float(s)
            features = first.dropped + sum(count * atom.gram.rows for atom, count in first.atoms)
            worst.see(abs(losses[0] - losses[1]) / (max(features, 1) * float(1 - s) / 3), *losses, place)
    return worst.outcome(1e-10, _SCANNED, {"crossings": table})


def _inside(reign: Reign, shares: Iterable[Fraction]) -> list[Fraction]:
    """Sparsities at these shares of the reign, rounded so that floats and the exact side agree on them."""
    start, end = _fraction(reign.start.midpoint), _fraction(reign.end.midpoint)
    return [Fraction(float(start + share * (end - start))) for share in shares]


def _fraction(value: object) -> Fraction:
    return Fraction(str(value))
