"""The checks on winners: they pass as things are, and go red where losses, reigns, crossings or shapes are wrong."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest
import sympy

from analytic.loss import Enclosure
from analytic.polytope_loss import BestAtom, best_loss
from analytic.winners import Reign, Winner, winner_at
from analytic.winners import winners as reigns_of
from verify.check import Check, Outcome
from verify.suites import winner_searches, winners

SETTINGS = ((3, 2), (5, 2))


def silent(share: float) -> None:
    assert 0 <= share <= 1


def passed(outcome: Outcome) -> bool:
    return Check("", "", outcome, 0.0).passed


SMALL: dict[str, Callable[[], Outcome]] = {
    "atom_losses": lambda: winners.atom_losses(2, silent),
    "winner_weights": lambda: winners.winner_weights(SETTINGS, silent),
    "winner_rectified": lambda: winners.rectified(silent),
    "winner_sequence": lambda: winners.sequence(SETTINGS, 2, silent),
    "winner_crossings": lambda: winners.crossings(SETTINGS, silent),
    "winner_beaten": lambda: winner_searches.beaten(silent),
    "winner_is_minimum": lambda: winner_searches.searched(((3, 2, "3/5"), (5, 2, "9/10")), silent),
}


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.slow
def test_each_check_passes(name: str) -> None:
    assert passed(SMALL[name]())


def test_claims_have_names_of_their_own() -> None:
    for full in (False, True):
        names = [claim.name for claim in winners.claims(full=full)]
        assert len(set(names)) == len(names)
        assert set(SMALL) <= set(names)
        assert ("free_height" in names) == full


def scaled(value: Enclosure, factor: sympy.Rational) -> Enclosure:
    return Enclosure(value.midpoint * factor, value.radius)


def test_a_loss_that_is_off_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    off = 1 + sympy.Rational(1, 10**8)

    def best(*arguments: object) -> BestAtom:
        found = best_loss(*arguments)  # type: ignore[arg-type]
        return replace(found, loss=scaled(found.loss, off))

    monkeypatch.setattr(winners, "best_loss", best)
    assert not passed(SMALL["atom_losses"]())


@pytest.mark.parametrize("part", ["norm", "bias"])
def test_norms_and_biases_that_are_off_are_seen(monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    """By a thousandth: a stationary loss moves by about its square."""

    def off(*arguments: object) -> Winner:
        found = winner_at(*arguments)  # type: ignore[arg-type]
        factor = sympy.Rational(1001, 1000)
        moved = tuple(replace(best, **{part: scaled(getattr(best, part), factor)}) for best in found.atoms)
        return replace(found, atoms=moved)

    monkeypatch.setattr(winners, "winner_at", off)
    assert not passed(SMALL["winner_weights"]())


def test_another_loss_of_the_rectified_five_cell_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def off(n: int, m: int, s: sympy.Rational) -> Winner:
        found = winner_at(n, m, s)
        return replace(found, loss=scaled(found.loss, 1 + sympy.Rational(1, 10**8)))

    monkeypatch.setattr(winners, "winner_at", off)
    assert not passed(SMALL["winner_rectified"]())


def test_a_crossing_that_is_off_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def off(n: int, m: int) -> tuple[Reign, ...]:
        shift = sympy.Rational(1, 10**7)
        return tuple(
            replace(reign, end=Enclosure(reign.end.midpoint - shift, reign.end.radius)) for reign in reigns_of(n, m)
        )

    monkeypatch.setattr(winners, "winners", off)
    assert not passed(SMALL["winner_crossings"]())


def test_a_winner_left_out_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def off(n: int, m: int) -> tuple[Reign, ...]:
        first, *_, last = reigns_of(n, m)
        return (first, replace(last, start=first.end))

    monkeypatch.setattr(winners, "winners", off)
    assert not passed(winners.sequence(((5, 2),), 2, silent))


@pytest.mark.slow
def test_a_winner_that_is_not_beaten_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def off(n: int, m: int, s: sympy.Rational) -> Winner:
        found = winner_at(n, m, s)
        return replace(found, loss=scaled(found.loss, sympy.Rational(999, 1000)))

    monkeypatch.setattr(winner_searches, "winner_at", off)
    assert not passed(SMALL["winner_beaten"]())


@pytest.mark.parametrize("change", ["loss", "shape"])
def test_another_winner_than_the_minimum_is_seen(monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    def off(n: int, m: int, s: str) -> Winner:
        found = winner_at(n, m, s)
        if change == "loss":
            return replace(found, loss=scaled(found.loss, 1 + sympy.Rational(1, 10**8)))
        return replace(found, packing=reigns_of(n, m)[0].packing)

    monkeypatch.setattr(winner_searches, "winner_at", off)
    assert not passed(winner_searches.searched(((3, 2, "3/5"),), silent))


def test_scans_find_a_closed_form() -> None:
    """The dense digon loses 1/12, at norm 1/√2 and bias ½: the scan ends on a place within 1e-6 of it."""
    assert winners.scan("digon", Fraction(0)) == pytest.approx(1 / 12, rel=1e-10)
