"""What counts as passed, and that one broken claim does not hide the others."""

import math
from fractions import Fraction

import pytest

from verify.check import Check, Claim, Outcome, Worst, run


def outcome(deviation: float, tolerance: float = 1.0) -> Outcome:
    return Outcome(exact="1", independent="1", deviation=deviation, tolerance=tolerance, reason="for the test")


@pytest.mark.parametrize(
    ("deviation", "passed"), [(0.0, True), (1.0, True), (1.0000001, False), (math.inf, False), (math.nan, False)]
)
def test_passes_up_to_the_tolerance_and_never_on_nan(deviation: float, passed: bool) -> None:
    check = Check("name", "claim", outcome(deviation), 0.0)
    assert check.passed is passed
    assert check.as_dict()["passed"] is passed


def test_a_claim_that_breaks_down_has_failed_and_the_next_one_runs() -> None:
    def broken(progress: object) -> Outcome:
        raise ZeroDivisionError("division by zero")

    claims = [Claim("broken", "breaks", broken), Claim("sound", "holds", lambda progress: outcome(0.0))]
    told: list[tuple[str, float]] = []
    first, second = run(claims, lambda name, share: told.append((name, share)))
    assert not first.passed
    assert first.outcome.reason == "could not be computed: ZeroDivisionError: division by zero"
    assert second.passed
    assert told == [("broken", 0.0), ("broken", 1.0), ("sound", 0.0), ("sound", 1.0)]


def test_an_interruption_is_not_a_failed_check() -> None:
    def interrupted(progress: object) -> Outcome:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(run([Claim("name", "claim", interrupted)], lambda name, share: None))


@pytest.mark.parametrize("order", [(0.5, math.nan, 2.0), (math.nan, 0.5, 2.0), (2.0, 0.5, math.nan)])
def test_the_worst_place_is_kept_and_nan_is_the_worst(order: tuple[float, ...]) -> None:
    worst = Worst()
    for deviation in order:
        worst.see(deviation, deviation, "other", f"at {deviation}")
    assert worst.outcome(3.0, "reason").data["worst"] == "at nan"
    assert not Check("", "", worst.outcome(3.0, "reason"), 0.0).passed


def test_the_farthest_values_are_shown_with_their_place() -> None:
    worst = Worst()
    for deviation, place in ((0.25, "near"), (1.5, "far"), (0.75, "between")):
        worst.see(deviation, 1 / 3, Fraction(1, 3), place)
    found = worst.outcome(1.0, "reason", {"points": 3})
    assert (found.exact, found.independent, found.deviation) == ("0.3333333333333", "1/3", 1.5)
    assert found.data == {"points": 3, "worst": "far"}
    assert not Check("", "", Worst().outcome(1.0, "nothing seen"), 0.0).passed
