"""What a check is: a claim, the value of each route, how far they lie apart, how far they may, and why."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from typing import Any

from numeric.running.progress import Progress

Value = float | Fraction | str


@dataclass(frozen=True)
class Outcome:
    """What one run of a check measured. `exact` and `independent` are the two values, at the worst place.

    The check passes when `deviation` ≤ `tolerance`; nan never passes. `reason` says where the tolerance comes from.
    `data` holds what else is worth keeping, ready for JSON.
    """

    exact: str
    independent: str
    deviation: float
    tolerance: float
    reason: str
    data: Mapping[str, Any] = field(default_factory=dict)


class Worst:
    """The place where two values lie farthest apart, of all that were seen; a nan is farther than anything.

    >>> worst = Worst()
    >>> worst.see(1e-16, "1/2", "0.5", "W = (1, −1)")
    >>> worst.outcome(1e-15, "rounding").deviation
    1e-16
    """

    def __init__(self) -> None:
        self._deviation = math.nan
        self._values = ("", "")
        self._place = ""
        self._any = False

    def see(self, deviation: float | Fraction, exact: Value, independent: Value, place: str) -> None:
        if not self._any or math.isnan(deviation) or deviation > self._deviation:
            self._any = True
            self._deviation, self._values, self._place = float(deviation), (_text(exact), _text(independent)), place

    def outcome(self, tolerance: float, reason: str, data: Mapping[str, Any] | None = None) -> Outcome:
        """The outcome at that place; a check that saw nothing does not pass."""
        return Outcome(*self._values, self._deviation, tolerance, reason, {**(data or {}), "worst": self._place})


def _text(value: Value) -> str:
    return f"{value:.13g}" if isinstance(value, float) else str(value)


@dataclass(frozen=True)
class Claim:
    """A check before it is run: its name, its claim in one sentence, and what measures it."""

    name: str
    claim: str
    measure: Callable[[Progress], Outcome]


@dataclass(frozen=True)
class Check:
    """A check that was run."""

    name: str
    claim: str
    outcome: Outcome
    seconds: float

    @property
    def passed(self) -> bool:
        return self.outcome.deviation <= self.outcome.tolerance

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "claim": self.claim,
            "passed": self.passed,
            **asdict(self.outcome),
            "seconds": self.seconds,
        }


def run(claims: Sequence[Claim], progress: Callable[[str, float], None]) -> Iterator[Check]:
    """Run the claims in order. A claim that breaks down (a square comes out negative, say) has failed, with why."""
    for claim in claims:
        start = time.perf_counter()

        def report(share: float, name: str = claim.name) -> None:
            progress(name, share)

        report(0.0)
        try:
            outcome = claim.measure(report)
        except Exception as error:
            outcome = Outcome("", "", float("nan"), 0.0, f"could not be computed: {type(error).__name__}: {error}")
        report(1.0)
        yield Check(claim.name, claim.claim, outcome, time.perf_counter() - start)
