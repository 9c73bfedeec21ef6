"""The suite of the smallest model with bias: shipped certificates, against searches and training; triple points; one axis."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from analytic.law import Independent
from analytic.loss import loss_of_floats
from analytic.n2m1.bias.table import FOLDER, entries, known, known_ranges
from analytic.one_axis import MORE, Witness, conjectured_cost, cost_bounds, counterexample, three_on_an_axis
from numeric.arguments import Floats
from numeric.law import variance
from numeric.minimise import minimise_loss
from numeric.population import ACCURACY, expected_loss
from numeric.running.progress import Progress, each, within
from numeric.train import TrainConfig, train

from ..certificate import read, verify
from ..check import Claim, Outcome, Rows, Worst, ready

TITLE = "The smallest model with bias"
ABOUT = (
    "With bias the minima and phases are certified, by integers alone, and held to searches, training and features "
    "on one axis."
)

QUICK = ("drop-s10-penalty000", "drop-s40-penalty000", "drop-s60-penalty000", "drop-s80-penalty000", "jump-s44")
"""Boundaries of all orders whose ten certificates are checked again each time."""
_STARTS = 256
_WORDS = {
    "drop": "one feature has w = 1",
    "partial antipodal": "the output of the weaker feature is never clipped",
    "strong antipodal": "both outputs are clipped",
}


class Shipped(NamedTuple):
    """A certificate that the package carries, and what the table says of it: s, r, λ and the phase."""

    name: str
    sparsity: Fraction
    importance: Fraction
    penalty: Fraction
    phase: str

    @property
    def document(self) -> dict[str, Any]:
        content: dict[str, Any] = read((FOLDER / f"{self.name}.json.gz").read_bytes())
        return content


CLAIMS: Rows[bool] = (
    (
        "bias_certificates",
        "With bias, certificates on both sides of the phase boundaries hold, by integers alone.",
        lambda full, progress: certificates(full, progress),
    ),
    (
        "bias_ranges",
        "With bias, up to an importance dropping is best at every sparsity of a range, by integers alone.",
        lambda full, progress: ranges(full, progress),
    ),
    (
        "bias_nothing_below",
        "With bias, no search and no trained model gets below the certified minimum.",
        lambda full, progress: nothing_below(_STARTS, (40, 2000 if full else 400), progress),
    ),
    (
        "bias_minimum_reached",
        "With bias, the search reaches the certified minimum.",
        lambda full, progress: minimum_reached(_STARTS, progress),
    ),
    (
        "bias_triple_points",
        "At the enclosed triple points searched minima tie.",
        lambda full, progress: triple_points(progress),
    ),
    (
        "one_axis",
        "Two features on one axis cost less than conjectured, and three less than two and a dropped one, where said.",
        lambda full, progress: one_axis(full, progress),
    ),
    (
        "one_axis_bounds",
        "The least loss that a search finds for three features on one axis lies between the proved bounds.",
        lambda full, progress: axis_bounds(full, progress),
    ),
)


def claims(*, full: bool = False, device: str = "cpu") -> tuple[Claim, ...]:
    """The checks of the suite."""
    return ready(CLAIMS, full)


def shipped() -> Iterator[Shipped]:
    """Every certificate of a boundary, with the setting that the table gives it."""
    for kind in ("drop", "jump", "penalty"):
        for row in known(kind):
            for side, end, phase in zip(("below", "above"), (row.lower, row.upper), row.phases, strict=True):
                at = {"penalty": Fraction(0), **row.held, row.parameter: end}
                yield Shipped(f"{row.name}-{side}", at["sparsity"], at["importance"], at["penalty"], phase)


def quick() -> list[Shipped]:
    """Ten certificates with λ = 0, of each phase."""
    return [one for one in shipped() if one.name.rpartition("-")[0] in QUICK]


def certificates(full: bool, progress: Progress) -> Outcome:
    """How many certificates are rejected, or are for another setting or phase than the table says."""
    chosen = [*shipped()] if full else quick()
    wrong = []
    for one in each(chosen, progress):
        try:
            theorem = verify(one.document)
        except ValueError as error:
            theorem = str(error)
        setting = f"At s = {one.sparsity}, I = (1, {one.importance}), λ = {one.penalty} "
        if not (theorem.startswith(setting) and _WORDS[one.phase] in theorem):
            wrong.append(f"{one.name}: {theorem}")
    return Outcome(
        exact=f"{len(chosen)} certificates",
        independent=f"{len(chosen) - len(wrong)} hold",
        deviation=float(len(wrong)) if chosen else float("nan"),
        tolerance=0.0,
        reason="a count; each certificate is a proof",
        data={"wrong": wrong},
    )


def ranges(full: bool, progress: Progress) -> Outcome:
    """How many certificates of ranges are rejected or say less than the table."""
    chosen = known_ranges() if full else known_ranges()[2::9]
    wrong = []
    for one in each(chosen, progress):
        try:
            theorem = verify(read((FOLDER / f"{one.name}-all.json.gz").read_bytes()))
        except ValueError as error:
            theorem = str(error)
        if not theorem.startswith(f"For s in [{one.low}, {one.high}], I = (1, r), r <= {one.importance}, λ >= 0 "):
            wrong.append(f"{one.name}: {theorem}")
    return Outcome(
        exact=f"{len(chosen)} ranges",
        independent=f"{len(chosen) - len(wrong)} hold",
        deviation=float(len(wrong)) if chosen else float("nan"),
        tolerance=0.0,
        reason="a count; each certificate is a proof",
        data={"wrong": wrong},
    )


def exact(one: Shipped, W: Floats, b: Floats) -> Fraction:
    """The loss of weights (1, 2) and biases (2,) in floats, exactly."""
    loss = loss_of_floats(W, b, Independent(one.sparsity), (1, one.importance))
    return Fraction(int(loss.p), int(loss.q))


@lru_cache(maxsize=64)
def _searched(one: Shipped, starts: int) -> Fraction:
    found = minimise_loss(2, 1, float(one.sparsity), importance=(1.0, float(one.importance)), starts=starts)
    return exact(one, found.W, found.b)


def nothing_below(starts: int, training: tuple[int, int], progress: Progress) -> Outcome:
    """How far the exact loss of a search's end or of a trained model lies below the certified minimum."""
    chosen, (seeds, steps) = quick(), training
    rows = [one for one in chosen for _ in range(seeds)]
    config = TrainConfig(
        n_features=2,
        n_hidden=1,
        seeds=tuple(range(seeds)) * len(chosen),
        sparsity=tuple(float(one.sparsity) for one in rows),
        importance=tuple((1.0, float(one.importance)) for one in rows),
        steps=steps,
        batch_size=256,
    )
    run = train(config, progress=within(progress, 0, 0.5))
    ends = [
        (one, exact(one, W, b))
        for one, W, b in zip(rows, run.W.double().numpy(), run.b.double().numpy(), strict=True)
        if np.isfinite(W).all() and np.isfinite(b).all()
    ]
    worst = Worst()
    for one, loss in [*((one, _searched(one, starts)) for one in chosen), *ends]:
        bound = Fraction(one.document["lower"])
        worst.see(bound - loss, float(bound), float(loss), one.name)
    return worst.outcome(
        0.0,
        "none: the losses are exact; negative: all of them lie above",
        {"settings": len(chosen), "starts": starts, "trained": len(rows), "diverged": len(rows) - len(ends)},
    )


def minimum_reached(starts: int, progress: Progress) -> Outcome:
    """How far the exact loss of the best end of a search lies above the certified minimum."""
    worst, chosen = Worst(), quick()
    for one in each(chosen, progress):
        upper, found = Fraction(one.document["upper"]), _searched(one, starts)
        worst.see(found - upper, float(upper), float(found), one.name)
    return worst.outcome(1e-12, "the width of the certificates; a gradient of 1e-10 leaves far less")


def triple_points(progress: Progress) -> Outcome:
    """How far apart the lowest searched minima lie at the triple points, and from the loss of dropping."""
    worst = Worst()
    for name in each(("triple", "mirror"), progress):
        entry = entries()[name]
        s, r = (float(Fraction(entry[key][0])) for key in ("sparsity", "importance"))
        found = [minimum.value for minimum in minimise_loss(2, 1, s, importance=(1.0, r), starts=64).minima]
        tied = r * variance(1 - s) if name == "triple" else found[1]
        worst.see(abs(found[0] - tied), tied, found[0], f"{name}: s = {s:.12f}, r = {r:.12f}")
    return worst.outcome(2 * ACCURACY, "the accuracy of the loss without sampling, for each of two minima")


def one_axis(full: bool, progress: Progress) -> Outcome:
    """Exact losses of the witnesses against the loss without sampling; one that does not beat its rival does not pass."""
    pairs = [Fraction(k, 100) for k in (range(1, 100) if full else (1, 20, 43, 80, 99))]
    more = [*MORE] if full else ["1/5", "9/10"]
    calls: list[tuple[str, Callable[[], Witness]]] = [(f"two, s = {s}", lambda s=s: counterexample(s)) for s in pairs]  # type: ignore[misc]
    calls += [(f"three, s = {s}", lambda s=s: three_on_an_axis(s)) for s in more]  # type: ignore[misc]
    worst, gains = Worst(), {}
    for name, call in each(calls, progress):
        found = call()
        weights, biases = (np.array([float(c) for c in row]) for row in (found.weights, found.biases))
        loss = float(expected_loss(weights[None], biases, float(found.sparsity)))
        beats = found.gain > 0 and (len(weights) > 2 or found.beaten == conjectured_cost(2, 1, str(found.sparsity)))
        worst.see(abs(loss - float(found.loss)) if beats else float("inf"), float(found.loss), loss, name)
        gains[name] = float(found.gain)
    return worst.outcome(
        3 * ACCURACY, "the accuracy of the loss without sampling, for three features", {"gains": gains}
    )


def axis_bounds(full: bool, progress: Progress) -> Outcome:
    """How far the exact loss at a search's end lies outside the bounds for three features on one axis."""
    worst = Worst()
    sparsities = [f"{k}/20" for k in range(1, 20)] if full else ["1/5", "1/2"]
    for s in each(sparsities, progress):
        bounds, found = cost_bounds(3, 1, s), minimise_loss(3, 1, float(Fraction(s)), starts=64)
        loss = loss_of_floats(found.W, found.b, Independent(s), (1, 1, 1))
        outside = max(bounds.lower - loss, loss - bounds.upper)
        worst.see(float(outside), float(bounds.upper), float(loss), f"s = {s}")
    return worst.outcome(1e-12, "the width of the certificate above: a gradient of 1e-10 leaves far less")
