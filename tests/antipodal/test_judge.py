"""`judge`: its numbers against both routes, the least known, the bound of time, what it prints."""

import time
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch

import analytic.law
import analytic.loss
from antipodal import Anticorrelated, Independent, OneHot, TrainConfig, judge, minimise_loss, train
from antipodal.judgement import Judgement

PENTAGON = np.array([[np.cos(2 * np.pi * k / 5), np.sin(2 * np.pi * k / 5)] for k in range(5)]).T


@pytest.fixture(scope="module")
def pentagon() -> Judgement:
    return judge(PENTAGON, -0.1 * np.ones(5), 0.9, starts=8)


def test_the_loss_is_exactly_that_of_these_floats(pentagon: Judgement) -> None:
    taken = [[Fraction(entry) for entry in row] for row in PENTAGON.tolist()]
    law = analytic.law.Independent(Fraction(0.9))
    assert pentagon.exact == analytic.loss.expected_loss(taken, [Fraction(-0.1)] * 5, law)
    assert pentagon.loss == float(pentagon) == pytest.approx(float(pentagon.exact), abs=1e-12)
    assert pentagon.feature_losses.sum() == pytest.approx(pentagon.loss, abs=1e-14)
    assert str(pentagon.geometry) == "pentagon"
    assert pentagon.dimensionality == pytest.approx(np.full(5, 2 / 5))


def test_the_least_is_that_of_the_best_pentagon(pentagon: Judgement) -> None:
    """0.0263051311239323 by `analytic.winners.reigns`, proved the best of the catalogue there."""
    assert (pentagon.least_from, pentagon.least_geometry) == ("atlas", "pentagon")
    assert pentagon.least == pytest.approx(0.0263051311239323, abs=1e-12)
    assert pentagon.gap == pentagon.loss - pentagon.least
    assert pentagon.note == "best of 24 starts, and downhill of the W given nothing lower"


@pytest.mark.slow
def test_the_gap_of_what_is_proved_is_exact() -> None:
    judged = judge([[1, -1]], [0, 0], "43/100")
    assert judged.exact == Fraction(57, 100) ** 2 / 3
    assert (judged.least_from, judged.least_geometry) == ("certified", "strong antipodal")
    assert judged.least == pytest.approx(0.09311979740988385, abs=1e-16)
    assert judged.gap == pytest.approx(0.1083 - 0.09311979740988385, abs=1e-16)


@pytest.mark.parametrize(
    ("law", "importance"),
    [
        (0.9, None),
        (0.9, (1, 0.5, 2)),
        (OneHot(), None),
        (Anticorrelated([(0, 1), (2,)], 0.5), (1, 0.5, 2)),
        (Independent((0.5, 0.9, 0.9)), None),
    ],
    ids=repr,
)
@pytest.mark.slow
def test_the_gap_of_a_minimum_is_none_and_never_negative(law: Any, importance: Any) -> None:
    best = minimise_loss(3, 2, law, importance=importance, starts=4)
    judged = judge(best.W, best.b, law, importance=importance, starts=1)
    assert 0 <= judged.gap <= 1e-9
    assert judged.note


@pytest.mark.slow
def test_a_certified_gap_is_not_negative_at_the_minimum_itself() -> None:
    """The float nearest to the minimiser has a loss above what is proved, by rounding squared."""
    best = minimise_loss(2, 1, 0.9, starts=8)
    judged = judge(best.W, best.b, 0.9)
    assert judged.least_from == "certified"
    assert 0 <= judged.gap <= 1e-12


@pytest.mark.slow
def test_a_worse_start_does_not_hide_the_descent_from_the_model_itself() -> None:
    """With a catalogue that knows nothing of it (features are not alike) and a single start."""
    importance = tuple(0.7**k for k in range(4))
    best = minimise_loss(4, 2, 0.95, importance=importance, starts=16)
    judged = judge(1.01 * best.W, best.b, 0.95, importance=importance, starts=1)
    assert judged.least <= best.value + 1e-9


@pytest.mark.slow
def test_it_is_what_a_training_is_judged_by() -> None:
    config = TrainConfig(n_features=3, n_hidden=2, seeds=(0, 1), sparsity=(0.9, 0.9), steps=2)
    trained = train(config)
    together, alone = trained.judge(), judge(trained.W[1], trained.b[1], 0.9, starts=1)
    assert isinstance(alone, type(together))
    assert (together.sampled, alone.sampled) == (False, False)
    assert float(together.loss[1]) == pytest.approx(alone.loss, rel=1e-12)
    assert repr(together).startswith("Judgement: 2 models, loss 0.")


@pytest.mark.slow
def test_none_is_no_bias_and_tensors_and_text_are_read() -> None:
    W = torch.tensor([[1.0, -1.0]], requires_grad=True)
    assert judge(W, None, 0.9).loss == judge([["1", "-1"]], ["0", 0], "9/10").loss
    assert judge([[1, -1]], None, "9/10").exact == Fraction(1, 300)


@pytest.mark.parametrize(("shape", "exact"), [((3, 9), True), ((4, 20), False)])
@pytest.mark.slow
def test_large_models_are_judged_within_the_time(shape: tuple[int, int], exact: bool) -> None:
    """Beyond eight features the exact loss is a ball; beyond twelve there is none. A descent ends when time is up."""
    W = np.random.default_rng(0).normal(size=shape) / 2
    judge(W[:2, :3], None, 0.9, starts=1)  # what is loaded and compiled once
    began = time.process_time()
    judged = judge(W, np.zeros(shape[1]), 0.9, seconds=1)
    assert time.process_time() - began < 4
    assert isinstance(judged.exact, analytic.loss.Enclosure) is exact
    if exact:
        assert abs(float(judged.exact) - judged.loss) < 1e-11
    assert 0 <= judged.gap < judged.loss


def test_without_time_the_least_known_is_that_of_the_model_itself() -> None:
    judged = judge(PENTAGON, None, 0.9, importance=(1, 1, 1, 1, 2), seconds=1e-9)
    assert (judged.least, judged.gap) == (pytest.approx(judged.loss, rel=1e-12), pytest.approx(0, abs=1e-12))
    assert judged.note == (
        "found downhill of the W given, in a descent that was cut short; 0 of 64 starts searched to the end, nothing proved"
    )


def test_beyond_nine_features_the_descent_comes_to_the_bottom() -> None:
    """One feature for each dimension: with n = m the identity costs nothing, and is the only minimum nearby."""
    W = np.eye(10) + 0.02 * np.random.default_rng(0).normal(size=(10, 10))
    judged = judge(W, None, OneHot(), starts=1)
    assert judged.least == pytest.approx(0, abs=1e-10)
    assert "cut short" not in judged.note


def test_models_too_large_to_search_say_so() -> None:
    judged = judge(np.ones((50, 100)) / 10, None, 0.9)
    assert (judged.least, judged.least_from, judged.gap) == (None, None, None)
    assert "not known" in str(judged)


def test_it_prints_as_a_table(pentagon: Judgement) -> None:
    lines = str(pentagon).splitlines()
    assert [line.split()[0] for line in lines] == [
        *("loss", "exact", "least", "gap", "note", "geometry", "feature"),
        *map(str, range(5)),
    ]
    assert lines[2] == "least    0.0263051311239 (atlas: pentagon)"
    assert len(repr(pentagon)) <= 400
    assert len(pentagon._repr_html_()) <= 2000


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"W": [1.0]}, r"W must have shape \(m, n\)"),
        ({"W": np.ones((2, 2, 2))}, r"W must have shape \(m, n\)"),
        ({"b": [0.0]}, "b must have shape"),
        ({"sparsity": 1.2}, r"sparsity must lie in \[0, 1\], got 1.2"),
        ({"sparsity": None}, "sparsity must be a number"),
        ({"law": OneHot()}, "sparsity must be None beside a law"),
        ({"sparsity": None, "law": analytic.law.OneHot()}, "law must be a law of antipodal"),
        ({"importance": -1}, "importance must be finite and at least 0"),
        ({"starts": 0}, "starts must be"),
        ({"seconds": 0}, "seconds must be"),
        ({"W": [[np.nan, 1.0]]}, "W must be finite"),
    ],
)
def test_what_is_wrong_is_said(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        judge(**{"W": [[1.0, -1.0]], "b": [0.0, 0.0], "sparsity": 0.9, **arguments})


@pytest.mark.slow
def test_untied_models_and_linear_outputs() -> None:
    """The least of an untied pair is below 25/324, of the pair that is judged; that of a linear output is proved."""
    pair = judge([[1, -3]], [0, 0], "1/2", W_out=[[1], ["-1/3"]], starts=4)
    assert pair.exact == Fraction(25, 324)
    assert (pair.least_from, pair.least_geometry) == ("search", "untied")
    assert 0 < pair.gap < 0.003
    line = judge([[1, 0, 0]], None, "1/2", output="linear")
    assert line.least_from == "certified"
    assert line.exact == Fraction(
        1, 3
    )  # two features of E x² = 1/6 are dropped; with their means as biases 2 Var x = 5/24
    assert line.least == pytest.approx(5 / 24, abs=1e-15)
    assert line.gap == pytest.approx(1 / 3 - 5 / 24, abs=1e-15)
    unequal = judge([[1, 0, 0]], None, "1/2", output="linear", importance=[1, 2, 3], starts=2)
    assert unequal.least_from == "search"
    untied = judge([[1, 0, 0]], None, "1/2", W_out=[[1], [0], [0]], output="linear", importance=[1, 2, 3])
    assert untied.least_from == "certified"
