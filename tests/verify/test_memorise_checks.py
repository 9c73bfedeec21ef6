"""The checks of finite data: they pass as things are, and go red where a formula, the training or a measure is wrong."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from analytic.memorised import TGon
from numeric.memorise import train_on_samples
from verify.check import Check, Outcome
from verify.suites import finite_data, infinite_data


def silent(share: float) -> None:
    assert 0 <= share <= 1


def passed(outcome: Outcome) -> bool:
    return Check("", "", outcome, 0.0).passed


SMALL: dict[str, Callable[[], Outcome]] = {
    "memorised_loss": lambda: finite_data.formula(3, silent),
    "memorised_exactly": lambda: finite_data.exactly(3, silent),
    "memorised_smallest": lambda: finite_data.smallest(4, silent),
    "memorised_trained": lambda: finite_data.trained_loss((5,), silent),
    "memorised_dimensionality": lambda: finite_data.trained_shape((5,), silent),
    "infinite_data": lambda: infinite_data.many_samples(False, silent),
    "infinite_pentagon": lambda: infinite_data.pentagon(False, silent),
}
FAULTS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    # a factor or a term of the derived values
    "memorised_loss": ("t_gon", lambda original: lambda T, a, b: original(T, a, -b)),
    "memorised_exactly": ("memorised", lambda original: lambda T: original(T).scaled("99/100", 1)),
    "memorised_smallest": ("memorised", lambda original: lambda T: original(T).scaled("1001/1000", 1)),
}


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    forget()
    yield
    forget()


def forget() -> None:
    finite_data._memorised.cache_clear()
    infinite_data._many.cache_clear()


@pytest.fixture(scope="module")
def runs() -> dict[str, Any]:
    """Trained once: the runs that the last four checks are about."""
    return {"memorised": finite_data._memorised((5,)), "many": infinite_data._many(False)}


@pytest.fixture
def trained(runs: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setattr(finite_data, "train_on_samples", lambda config: runs["memorised"])
    monkeypatch.setattr(infinite_data, "train_on_samples", lambda config: runs["many"])
    return runs


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.slow
def test_each_check_passes(name: str, trained: dict[str, Any]) -> None:
    assert passed(SMALL[name]())


def test_claims_are_these_checks() -> None:
    assert [claim.name for claim in finite_data.claims()] == list(SMALL)


@pytest.mark.parametrize("name", FAULTS)
def test_a_wrong_formula_is_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    attribute, fault = FAULTS[name]
    monkeypatch.setattr(finite_data, attribute, fault(getattr(finite_data, attribute)))
    assert not passed(SMALL[name]())


def test_a_wrong_loss_in_floats_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    original = finite_data.SampleLoss.each
    monkeypatch.setattr(finite_data.SampleLoss, "each", lambda self, at: original(self, at) * (1 + 1e-12))
    assert not passed(SMALL["memorised_loss"]())


@pytest.mark.parametrize(
    ("name", "steps"), [("memorised_trained", 40), ("memorised_dimensionality", 3), ("infinite_pentagon", 1)]
)
def test_a_training_that_is_cut_short_is_seen(name: str, steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for suite in (finite_data, infinite_data):
        monkeypatch.setattr(
            suite, "train_on_samples", lambda config: train_on_samples(replace(config, steps=steps, warm_up=1))
        )
    assert not passed(SMALL[name]())


@pytest.mark.slow
def test_a_model_that_never_saw_the_samples_is_seen(trained: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights that are a little off are worse on the samples and on new ones alike: the gaps do not cover that."""
    found = trained["many"]
    fault = replace(
        found, test_loss=found.test_loss + np.array([0.02, 0.02, 0, 0]), training_loss=found.training_loss + 0.02
    )
    monkeypatch.setattr(infinite_data, "train_on_samples", lambda config: fault)
    assert not passed(SMALL["infinite_data"]())


@pytest.mark.slow
def test_samples_that_are_memorised_are_not_taken_for_very_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fifty samples: the gap between their loss and that of new ones is large, and must not excuse itself."""
    monkeypatch.setattr(
        infinite_data,
        "train_on_samples",
        lambda config: train_on_samples(replace(config, points=(50, None), steps=400, fresh=256, test_samples=2000)),
    )
    assert not passed(SMALL["infinite_data"]())


@pytest.mark.slow
def test_a_wrong_dimensionality_is_seen(trained: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TGon, "example_dimensionality", property(lambda self: 0.5))
    assert not passed(SMALL["memorised_dimensionality"]())


@pytest.mark.slow
def test_samples_that_no_seed_stores_are_seen(trained: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    found = trained["memorised"]
    fault = replace(found, training_loss=found.training_loss + 0.1)
    monkeypatch.setattr(finite_data, "train_on_samples", lambda config: fault)
    assert not passed(SMALL["memorised_dimensionality"]())
