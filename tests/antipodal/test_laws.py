"""One law for both routes: each builds its own form, the two agree, and neither takes the other's."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import analytic.law
import analytic.loss
import antipodal
import numeric.law
import numeric.population
import numeric.train
from antipodal import Anticorrelated, Correlated, Independent, OneHot, Sweep, TrainConfig

W, B = [[1, "-1/2", "1/4"], [0, "3/4", -1]], ["1/8", 0, "-1/4"]
LAWS = [
    Independent("9/10"),
    Independent(("1/2", 0, Fraction(1, 3))),
    OneHot(),
    Correlated([(0, 2), (1,)], "1/3"),
    Anticorrelated([[0, 1], [2]], "1/5"),
]


@pytest.mark.parametrize("law", LAWS, ids=repr)
@pytest.mark.parametrize("importance", [None, [1, "1/2", 2]], ids=["alike", "not alike"])
def test_both_routes_take_it_and_agree(law: Any, importance: Any) -> None:
    """As the third argument and as `law`; the loss is good to 1e-11 of K + Σ I_i E x_i² ≤ 10."""
    exact = antipodal.exact_loss(W, B, law, importance)
    assert exact == antipodal.exact_loss(W, B, None, importance, law=law)
    assert antipodal.loss(W, B, law, importance) == pytest.approx(float(exact), abs=1e-10)
    assert antipodal.value_and_gradient(W, B, law=law, importance=importance).value == antipodal.loss(
        W, B, law, importance
    )
    ball = antipodal.enclose_loss(W, B, law, importance, digits=20)
    assert abs(ball.midpoint - exact) <= ball.radius


def test_a_sparsity_alone_is_the_law_of_independent_features() -> None:
    assert antipodal.exact_loss(W, B, "9/10") == antipodal.exact_loss(W, B, Independent("9/10"))
    assert antipodal.loss(W, B, 0.9) == antipodal.loss(W, B, "9/10") == antipodal.loss(W, B, Independent(0.9))


def test_floats_come_back_as_floats() -> None:
    assert type(antipodal.loss(W, B, 0.9)) is float
    stack = np.ones((4, 2, 3))
    assert antipodal.loss(stack, None, 0.9).shape == (4,)
    assert antipodal.hessian(stack, np.zeros((4, 3)), 0.9).shape == (4, 9, 9)


def test_training_and_sweeps_take_it() -> None:
    """To the same settings as those of `numeric`, and so to the same numbers."""
    common = {"n_features": 3, "n_hidden": 2, "seeds": (0, 1), "steps": 10}
    mine = TrainConfig(**common, law=Independent("9/10"))
    assert mine.fingerprint() == numeric.train.TrainConfig(**common, sparsity=(0.9, 0.9)).fingerprint()
    grouped = TrainConfig(**common, law=(Correlated([(0, 1), (2,)], "1/2"), Correlated([(0, 1), (2,)], 0.25)))
    assert [law.sparsity for law in grouped.laws] == [0.5, 0.25]
    sweep = Sweep(
        settings={"n_features": 3, "n_hidden": 2}, axes={"law": (Independent("1/2"), Independent(0.9))}, seeds=(0,)
    )
    assert sweep.axes == {"sparsity": (0.5, 0.9)}
    assert Sweep(settings={"n_features": 3, "n_hidden": 2, "law": OneHot()}, axes={}, seeds=(0,)).models == 1


def test_minimising_takes_it() -> None:
    found = antipodal.minimise_loss(2, 1, Independent("1/2"), bias=False, starts=2)
    assert found.value == pytest.approx(13 / 160, abs=1e-14)
    assert antipodal.minimise_loss(3, 2, law=OneHot(), starts=2).value == pytest.approx(0, abs=1e-12)


REFUSED: list[tuple[Callable[[], Any], str]] = [
    (lambda: antipodal.exact_loss(W, B, 0.5), "sparsity must be exact"),
    (lambda: antipodal.exact_loss(W, B, Independent(0.5)), "sparsity must be exact"),
    (lambda: antipodal.exact_loss([[0.5, 1, 1]], B, "1/2"), "W must be exact"),
    (lambda: antipodal.loss(W, B), "sparsity must be a number, one for each feature, or a law, got None"),
    (lambda: antipodal.loss(W, B, 0.5, law=OneHot()), r"sparsity must be None beside a law, got 0.5"),
    (lambda: antipodal.loss(W, B, law="one hot"), "law must be a law of"),
    (lambda: antipodal.loss(W, B, "a half"), "sparsity must be a rational number such as '3/10', got 'a half'"),
    (lambda: antipodal.loss(W, B, "1e400"), "sparsity must be within the range of a float"),
    (lambda: antipodal.loss(W, B, Correlated([[0, 1]], 0.5)), "groups must cover"),
    (lambda: Independent(2), r"sparsity must lie in \[0, 1\], got 2"),
    (lambda: Independent(float("nan")), "sparsity must be finite, got nan"),
    (lambda: Correlated([[0], [0]], 0.5), "groups must not overlap"),
    (lambda: Correlated(3, 0.5), "groups must be a sequence, got 3"),
    (lambda: antipodal.exact_loss(W, B, law=numeric.law.OneHot()), r"law must be .* got OneHot\(\) of numeric.law"),
    (lambda: antipodal.loss(W, B, law=analytic.law.OneHot()), r"law must be .* got OneHot\(\) of analytic.law"),
    (lambda: numeric.population.expected_loss([[1.0]], [0.0], None, law=OneHot()), r"got OneHot\(\) of antipodal.laws"),
    (lambda: analytic.loss.expected_loss([[1]], [0], OneHot()), r"law must be a law of analytic.law"),
    (
        lambda: TrainConfig(n_features=2, n_hidden=1, seeds=(0,), sparsity=(0.5,), law=Independent(0.5)),
        "sparsity must be None",
    ),
]


@pytest.mark.parametrize(("call", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_what_is_wrong_is_said(call: Callable[[], Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        call()
