"""The suite of the atlas: its entries by both routes, against each other and against the catalogue of polytopes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from fractions import Fraction

import numpy as np

from analytic.exact import rational
from analytic.law import Independent, Law, OneHot
from analytic.loss import Enclosure, enclose_loss
from analytic.winners import Winner, winner_at
from numeric.atlas import AtlasEntry, Setting, check_entry, every_shipped
from numeric.population import ACCURACY, expected_loss
from numeric.running.progress import Progress, each

from ..check import Claim, Outcome, Worst, ready

TITLE = "The atlas of minima"
ABOUT = "Of each entry the loss is enclosed anew, and no packing of polytopes may be lower than it."
SAMPLE = 10
SEED = 22


def claims(*, full: bool = False, device: str = "cpu") -> tuple[Claim, ...]:
    """The checks of the suite, of all entries or of ten."""
    return ready(
        (
            (
                "atlas_losses",
                "Losses of the atlas in floats are those of the enclosures, computed anew at its weights.",
                losses,
            ),
            ("atlas_minima", "Gradients, curvatures and geometries of the atlas are what it says.", minima),
            (
                "atlas_polytopes",
                "No entry of the atlas lies above the certified loss of a packing of polytopes.",
                polytopes,
            ),
        ),
        chosen(full),
    )


def chosen(full: bool) -> tuple[AtlasEntry, ...]:
    """All entries; otherwise `SAMPLE` of them, of which each quick run has the same."""
    entries = tuple(every_shipped())
    if full or len(entries) <= SAMPLE:
        return entries
    some = np.random.default_rng(SEED).choice(len(entries), SAMPLE, replace=False)
    return tuple(entries[k] for k in sorted(some.tolist()))


def losses(entries: Sequence[AtlasEntry], progress: Progress) -> Outcome:
    """Difference of the float loss and the enclosure, infinite where two enclosures do not meet."""
    worst = Worst()
    for entry in each(entries, progress):
        found, setting = enclosed(entry), entry.setting
        again = float(expected_loss(entry.W, entry.b, setting.sparsity, setting.importance, law=setting.law))
        middle, radius = map(Fraction, entry.enclosure or ("nan", "0"))
        apart = abs(middle - rational(found.midpoint, "midpoint")) - radius - rational(found.radius, "radius")
        off = abs(again - float(found)) / (float(found) + setting.unit) if apart <= 0 else np.inf
        worst.see(max(off, abs(again - entry.loss) / setting.unit), float(found), again, setting.name)
    return worst.outcome(ACCURACY, "in units of K + Σ I_i E x_i², the accuracy that the route promises")


def minima(entries: Sequence[AtlasEntry], progress: Progress) -> Outcome:
    """How many of the entries' statements do not hold."""
    faults = [str(fault) for entry in each(entries, progress) for fault in check_entry(entry)]
    return Outcome(
        exact="no fault",
        independent=faults[0] if faults else "no fault",
        deviation=float(len(faults)),
        tolerance=0.0,
        reason="counted",
        data={"entries": len(entries), "minima": sum(len(entry.minima) for entry in entries)},
    )


def polytopes(entries: Sequence[AtlasEntry], progress: Progress) -> Outcome:
    """By how much an enclosed loss exceeds the winner's, of entries with equal, independent features, in units of
    Σ I_i E x_i². Where two packings tie the catalogue's least loss is not enclosed, and the entry left out.
    """
    worst, beaten = Worst(), 0
    for entry in each(entries, progress):
        setting = entry.setting
        winner = best_packing(setting)
        if winner is None:
            continue
        found = enclosed(entry)
        above = (found.midpoint - found.radius - winner.loss.midpoint - winner.loss.radius) / setting.unit
        beaten += float(above) < -1e-9
        worst.see(max(0.0, float(above)), float(winner), float(found), f"{setting.name}: {winner.packing.name}")
    return worst.outcome(0.0, "none: both losses are enclosed", {"entries below every packing": beaten})


def best_packing(setting: Setting) -> Winner | None:
    """The packing of polytopes of the catalogue of least loss, certified; None where features are not alike or not independent,
    and where two packings tie.
    """
    if setting.sparsity is None or not setting.equal:
        return None
    with suppress(ArithmeticError):
        return winner_at(setting.n, setting.m, decimal(setting.sparsity))
    return None


def enclosed(entry: AtlasEntry) -> Enclosure:
    """K at the entry's floats, which are rational numbers, to 30 digits of Σ I_i E x_i²."""
    setting = entry.setting
    law: Law = OneHot() if setting.sparsity is None else Independent(decimal(setting.sparsity))
    W = [list(map(Fraction, row)) for row in entry.W.tolist()]
    return enclose_loss(W, list(map(Fraction, entry.b.tolist())), law, importances(setting))


def importances(setting: Setting) -> tuple[Fraction, ...]:
    """Powers of the decimal, (n,)."""
    return tuple(decimal(setting.falloff) ** i for i in range(setting.n))


def decimal(value: float) -> Fraction:
    """The decimal that a setting's float stands for: 0.9 is 9/10."""
    return Fraction(repr(float(value)))
