"""The checks of the loss without sampling: they pass as things are, and go red where it or a minimum is wrong."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from verify.check import Check, Outcome
from verify.suites import population


def silent(share: float) -> None:
    assert 0 <= share <= 1


def passed(outcome: Outcome) -> bool:
    return Check("", "", outcome, 0.0).passed


SMALL: dict[str, Callable[[], Outcome]] = {
    "population": lambda: population.population(16, silent),
    "many": lambda: population.many(1, silent),
    "gradient": lambda: population.gradient(4, silent),
    "seeds": lambda: population.seeds(4, silent),
    "found_loss": lambda: population.found_loss(2, silent),
}


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.slow
def test_each_check_passes(name: str) -> None:
    assert passed(SMALL[name]())


def test_claims_have_names_of_their_own() -> None:
    table = population.claims()
    assert len({claim.name for claim in table}) == len(table) == len(SMALL)


@pytest.mark.parametrize("name", ["population", "many", "gradient"])
@pytest.mark.slow
def test_an_error_of_a_millionth_is_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    original = population.expected_loss
    monkeypatch.setattr(population, "expected_loss", lambda *given, **named: original(*given, **named) * (1 + 1e-6))
    assert not passed(SMALL[name]())


@pytest.mark.parametrize("name", ["seeds", "found_loss"])
@pytest.mark.slow
def test_a_minimiser_that_reports_something_else_is_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    original = population.minimise_loss

    def seeded(*given: object, seed: int = 0, starts: int) -> object:
        solution = original(*given, seed=seed, starts=starts)  # type: ignore[arg-type]
        shift = 1e-8 * (1 + seed)
        return replace(solution, minima=tuple(replace(m, value=m.value + shift) for m in solution.minima))

    monkeypatch.setattr(population, "minimise_loss", seeded)
    assert not passed(SMALL[name]())
