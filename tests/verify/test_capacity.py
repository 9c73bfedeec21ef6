"""The suite of capacity: every check passes as things are, and goes red where something is wrong."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from verify.check import Check, Outcome, run
from verify.suites import capacity, capacity_curves, capacity_task


def silent(share: float) -> None:
    assert 0 <= share <= 1


def passed(outcome: Outcome) -> bool:
    return Check("", "", outcome, 0.0).passed


SMALL: dict[str, Callable[[], Outcome]] = {
    "published": lambda: capacity_task.published(silent),
    "loss": lambda: capacity_task.loss(6, silent),
    "kurtosis": lambda: capacity_task.fourth_moment(4, silent),
    "bound": lambda: capacity_task.bound(20, silent),
    "minimum": lambda: capacity_task.minimum(3, silent),
    "allocation": lambda: capacity_task.allocation(3, silent),
    "realised": lambda: capacity_task.realised(6, silent),
    "any_curves": lambda: capacity_curves.any_curves(12, silent),
    "held": lambda: capacity_curves.held(1, silent),
    "benefit": lambda: capacity_curves.benefit(1, silent),
    "phase": lambda: capacity_curves.phase(2, silent),
}


@pytest.mark.slow
def test_the_suite_runs_and_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Through the runner of the main job, with a little of everything."""
    for module, name, count in (
        (capacity_task, "minimum", 3),
        (capacity_task, "allocation", 3),
        (capacity_task, "bound", 20),
        (capacity_curves, "held", 1),
        (capacity_curves, "benefit", 1),
        (capacity_curves, "phase", 2),
    ):
        original = getattr(module, name)
        monkeypatch.setattr(module, name, lambda _, progress, original=original, count=count: original(count, progress))
    claims = capacity.claims()
    assert len({claim.name for claim in claims}) == len(claims) == len(SMALL)
    checks = list(run(claims, lambda name, share: silent(share)))
    assert [(check.name, check.outcome) for check in checks if not check.passed] == []


def test_problems_are_of_every_kind() -> None:
    tasks = capacity_task.tasks(20)
    assert {model.diminishing for model, _ in tasks} == {True, False}
    assert any("shared" in model.roles(m) for model, m in tasks)
    problems = capacity_curves.problems(24)
    assert {curve.trend for curves, _ in problems for curve in curves} == {
        "increasing",
        "constant",
        "diminishing",
        "mixed",
    }


def factor(result: Any) -> Any:
    return result * Fraction(1001, 1000)


@pytest.mark.parametrize(
    ("name", "module", "target"),
    [
        ("published", capacity_task, "variance"),
        ("loss", capacity_task, "weights_loss"),
        ("kurtosis", capacity_task, "sparse_kurtosis"),
        ("realised", capacity_task, "realise"),
    ],
)
def test_a_factor_is_seen(name: str, module: Any, target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    original = getattr(module, target)
    monkeypatch.setattr(module, target, lambda *arguments: factor(original(*arguments)))
    assert not passed(SMALL[name]())


def test_a_fault_a_little_above_rounding_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    original = capacity_task.error_variance
    monkeypatch.setattr(capacity_task, "error_variance", lambda *arguments: original(*arguments) * (1 + 1e-12))
    assert not passed(SMALL["loss"]())


@pytest.mark.parametrize("name", ["bound", "minimum", "realised"])
def test_a_wrong_loss_is_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    original = capacity_task.QuadraticModel.loss
    monkeypatch.setattr(capacity_task.QuadraticModel, "loss", lambda model, shares: factor(original(model, shares)))
    assert not passed(SMALL[name]())


@pytest.mark.parametrize("name", ["minimum", "allocation"])
def test_a_wrong_allocation_is_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """All features get the same."""
    monkeypatch.setattr(
        capacity_task.QuadraticModel, "allocate", lambda model, total: (Fraction(int(total), model.n),) * model.n
    )
    assert not passed(SMALL[name]())


def test_a_local_rule_in_place_of_the_optimum_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    original = capacity_curves.allocate
    panel_b = capacity_curves.PANELS["B"]

    def local(curves: Any, total: Any) -> Any:
        found = original(curves, total)
        return type(found)((1, 0), panel_b[0].benefit(1), found.choices) if curves == panel_b else found

    monkeypatch.setattr(capacity_curves, "allocate", local)
    assert not passed(SMALL["any_curves"]())


@pytest.mark.parametrize(("name", "method"), [("held", "loss"), ("benefit", "marginal_benefit")])
@pytest.mark.slow
def test_a_wrong_curve_is_seen(name: str, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    original = getattr(capacity_curves.HeldCapacity, method)
    monkeypatch.setattr(capacity_curves.HeldCapacity, method, lambda *arguments: factor(original(*arguments)))
    assert not passed(SMALL[name]())


def test_a_wrong_phase_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capacity_curves.HeldCapacity, "best", lambda model: model.optima("antipodal"))
    assert not passed(SMALL["phase"]())
