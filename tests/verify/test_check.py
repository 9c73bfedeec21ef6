"""What counts as passed, and that one broken claim does not hide the others."""

import math

import pytest

from verify.check import Check, Claim, Outcome, run


def outcome(deviation: float, tolerance: float = 1.0) -> Outcome:
    return Outcome("1", "1", deviation, tolerance, "for the test")


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
