"""The suite of the atlas: its entries by both routes, against each other and against the catalogue of polytopes."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from analytic.exact import rational
from numeric.atlas import AtlasEntry, check_entry, every_shipped
from numeric.population import ACCURACY, expected_loss
from numeric.running.progress import Progress, each

from ..check import Claim, Outcome, Worst, ready
from .atlas_exact import best_packing, enclosed, unproved

TITLE = "The atlas of minima"
ABOUT = "Of each entry the loss is enclosed anew, no packing of polytopes is lower, and proofs are checked again."
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
    ) + ready(
        (("atlas_proofs", "Certificates of the atlas prove, by integers alone, that nothing is lower.", proofs),),
        chosen(full, proved=True),
    )


def chosen(full: bool, *, proved: bool = False) -> tuple[AtlasEntry, ...]:
    """All entries, or those with a proof; otherwise `SAMPLE` of them, of which each quick run has the same."""
    entries = tuple(entry for entry in every_shipped() if entry.proof or not proved)
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


def proofs(entries: Sequence[AtlasEntry], progress: Progress) -> Outcome:
    """How many of the entries' proofs do not hold."""
    wrong = [f"{one.setting.name}: {why}" for one in each(entries, progress) if (why := unproved(one))]
    return Outcome(
        exact=f"{len(entries)} proofs",
        independent=wrong[0] if wrong else f"{len(entries)} hold",
        deviation=float(len(wrong)),
        tolerance=0.0,
        reason="counted; each certificate is a proof, and the loss at the weights is enclosed",
    )
