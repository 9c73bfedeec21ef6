"""What a check is: a claim, the value of each route, how far they lie apart, how far they may, and why."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from functools import partial
from typing import Any, Protocol, TypeAlias, TypeVar

from numeric.arguments import function, shown
from numeric.running.progress import Progress

Value = float | Fraction | str


@dataclass(frozen=True, kw_only=True)
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
        return Outcome(
            exact=self._values[0],
            independent=self._values[1],
            deviation=self._deviation,
            tolerance=tolerance,
            reason=reason,
            data={**(data or {}), "worst": self._place},
        )


def _text(value: Value) -> str:
    return f"{value:.13g}" if isinstance(value, float) else str(value)


@dataclass(frozen=True)
class Claim:
    """A check before it is run: its name, its claim in one sentence, and what measures it."""

    name: str
    claim: str
    measure: Callable[[Progress], Outcome]


S = TypeVar("S")
Row: TypeAlias = tuple[str, str, Callable[[S, Progress], Outcome]]
"""A claim of a suite: its name, the claim, and what measures it, given how much is asked for."""
Rows: TypeAlias = tuple[Row[S], ...]


def ready(rows: Rows[S], asked: S) -> tuple[Claim, ...]:
    """The claims of a suite, to be run as it is `asked`."""
    return tuple(Claim(name, claim, partial(measure, asked)) for name, claim, measure in rows)


class Suite(Protocol):
    """A module with claims, under a heading, with a sentence that says what they are about. `full` asks for more of each;
    `device` is where models are trained.
    """

    @property
    def TITLE(self) -> str: ...
    @property
    def ABOUT(self) -> str: ...

    def claims(self, *, full: bool = False, device: str = "cpu") -> tuple[Claim, ...]: ...


@dataclass(frozen=True)
class Check:
    """A check that was run."""

    name: str
    claim: str
    outcome: Outcome
    seconds: float

    @property
    def passed(self) -> bool:
        return bool(self.outcome.deviation <= self.outcome.tolerance)

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "claim": self.claim,
            "passed": self.passed,
            **asdict(self.outcome),
            "seconds": self.seconds,
        }


def run(claims: Sequence[Claim], progress: Callable[[str, float], None]) -> Iterator[Check]:
    """Run the claims in order. A claim that breaks down (a square comes out negative, say) has failed, with why.

    ValueError where there is something else among them, before any is run.
    """
    if isinstance(claims, str) or not isinstance(claims, Sequence) or not all(isinstance(one, Claim) for one in claims):
        raise ValueError(f"claims must be a sequence of Claims of verify.check, got {shown(claims)}")
    function("progress", progress, optional=False)
    return _runs(claims, progress)


def _runs(claims: Sequence[Claim], progress: Callable[[str, float], None]) -> Iterator[Check]:
    for claim in claims:
        start = time.perf_counter()

        def report(share: float, name: str = claim.name) -> None:
            progress(name, share)

        report(0.0)
        try:
            outcome = claim.measure(report)
        except Exception as error:
            outcome = Outcome(
                exact="",
                independent="",
                deviation=float("nan"),
                tolerance=0.0,
                reason=f"could not be computed: {type(error).__name__}: {error}",
            )
        report(1.0)
        yield Check(claim.name, claim.claim, outcome, time.perf_counter() - start)
