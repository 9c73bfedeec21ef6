"""The reference of many features, itself held to exact rationals: right within the error that it states."""

from fractions import Fraction

import numpy as np
import pytest
import reference
from hostile import Model, examples, models
from hypothesis import assume, example, given
from reference import Bounded, anticorrelated, independent

from numeric.law import Anticorrelated, OneHot


def by_series(model: Model, tolerance: float = 1e-13) -> Bounded:
    law = model.law
    if law is None:
        form = independent(model.sparsity, model.n)
    elif isinstance(law, OneHot):
        form = anticorrelated([range(model.n)], 0.0)
    else:
        assert isinstance(law, Anticorrelated)
        assert isinstance(law.sparsity, float)
        form = anticorrelated(law.groups, law.sparsity)
    return reference.loss(model.W, model.b, form, model.importance, tolerance)


def hold(model: Model, exact: Fraction, tolerance: float = 1e-13) -> None:
    found = by_series(model, tolerance)
    assert abs(Fraction(*found.value.as_integer_ratio()) - exact) <= found.error


ONES = [1.0] * 8


@examples(2, 1000)
@given(models(1, 6).filter(lambda model: model.law is None or not hasattr(model.law, "groups")))
@example(Model([[0.0] * 3], [0.0] * 3, ONES[:3], [0.5] * 3))
@example(Model([[1.0, -1.0, 2.0**-30]], [0.0, 2.0**-30, -(2.0**-31)], ONES[:3], [0.0] * 3))
@example(Model([[1.0, -0.5, 2.0**-12]], [0.0, 0.25, 0.0], ONES[:3], None, Anticorrelated([[0, 2], [1]], 0.75)))
@example(Model([[1.0, -0.5, 0.25]], [0.1, -0.25, 0.0], ONES[:3], None, Anticorrelated([[0, 1, 2]], 0.0)))
@pytest.mark.slow
def test_hostile_models(model: Model) -> None:
    """To 1e-10 of the row's size, where that takes few terms enough."""
    size = 1 + float(np.max(np.abs(model.W))) ** 4
    try:
        by_series(model, 1e-10 * size)
    except ArithmeticError:
        assume(False)
    hold(model, model.exact_loss(), 1e-10 * size)


@pytest.mark.parametrize("s", [0.0, 0.25, 0.9, 1 - 2.0**-10])
@pytest.mark.parametrize("n", [4, 8])
@pytest.mark.slow
def test_ordinary_models(n: int, s: float) -> None:
    random = np.random.default_rng(n)
    W = np.round(16 * random.normal(size=(3, n))) / 32
    b = np.array([0.0, 0.25, *np.round(8 * random.normal(size=n - 2)) / 32])
    groups = [[0, 2], [1, 3], *[[j] for j in range(4, n)]]
    for model in (
        Model(W.tolist(), b.tolist(), [0.9**i for i in range(n)], [s] * n),
        Model(W.tolist(), b.tolist(), ONES[:n], None, Anticorrelated(groups, s)),
    ):
        exact = model.exact_loss()
        hold(model, exact)
        assert by_series(model).error < 1e-12


def test_the_stated_error_is_not_idle() -> None:
    """Few terms miss by more than rounding, and by less than is said."""
    model = Model([[1.0, 0.75, -0.5, 0.25]], [-0.25, 0.0, 0.125, 0.0], ONES[:4], [0.5] * 4)
    exact = model.exact_loss()
    found = by_series(model, 1e-6)
    miss = abs(float(Fraction(*found.value.as_integer_ratio()) - exact))
    assert 1e-12 < miss <= found.error <= 4.1e-6


def test_it_says_where_it_takes_too_long() -> None:
    with pytest.raises(ArithmeticError, match="the series needs"):
        reference.row([1.0, 1e-9, 1e-9, 1e-9], 0.0, 0, independent([0.5, 0.0, 0.0, 0.0], 4), 1e-18)
