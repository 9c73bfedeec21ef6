"""The hint at Wᵀ: each function of `analytic`, `numeric` and the door that takes W gives it, once, where the caller stands."""

import contextlib
import inspect
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import test_hostile_analytic as exact
import test_hostile_numeric as floats

import analytic.exact
import antipodal
import numeric.arguments
from numeric.capacity import minimise_quadratic, three_values
from numeric.minimise import minimise_loss
from numeric.minimise.network_map import minimise_map

TALL = [[1], [2]]
EXACT, FLOAT = analytic.exact.TransposedWarning, numeric.arguments.TransposedWarning
SIZES_GIVEN = ("numeric.train.judgement.", "numeric.model.networks.UntiedModel.")
"""Where a configuration or another matrix says the sizes."""


def _taking_weights(functions: dict[str, Callable[..., Any]]) -> list[str]:
    return sorted(
        name
        for name, function in functions.items()
        if "W" in inspect.signature(function).parameters and not name.startswith(SIZES_GIVEN)
    )


def _hints(function: Callable[..., Any], arguments: dict[str, Any]) -> list[warnings.WarningMessage]:
    with warnings.catch_warnings(record=True) as caught, contextlib.suppress(ValueError):
        warnings.simplefilter("always")
        function(**arguments)
    return caught


@pytest.mark.parametrize("name", _taking_weights(exact.FUNCTIONS))
def test_exact_functions_hint_once(name: str) -> None:
    found = _hints(exact.FUNCTIONS[name], {**exact.VALID[name].arguments, "W": TALL})
    assert [(one.category, one.filename) for one in found] == [(EXACT, __file__)]
    assert "did you pass Wᵀ?" in str(found[0].message)
    assert not _hints(exact.FUNCTIONS[name], dict(exact.VALID[name].arguments))


@pytest.mark.parametrize("name", _taking_weights(floats.FUNCTIONS))
def test_float_functions_hint(name: str) -> None:
    found = _hints(floats.FUNCTIONS[name], {**floats.VALID[name].arguments, "W": TALL})
    assert {(one.category, one.filename) for one in found} == {(FLOAT, __file__)}


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (lambda: antipodal.exact_loss(TALL, [0], "1/2"), EXACT),
        (lambda: antipodal.enclose_loss(TALL, [0], "1/2"), EXACT),
        (lambda: antipodal.loss(TALL, [0], "1/2"), FLOAT),
        (lambda: antipodal.feature_norms(TALL), FLOAT),
        (lambda: print(antipodal.judge(TALL, [0], "1/2", starts=1, seconds=1)), FLOAT),
    ],
    ids=["exact_loss", "enclose_loss", "loss", "feature_norms", "judge"],
)
def test_the_door_hints_once_where_its_caller_stands(call: Callable[[], Any], kind: type[Warning]) -> None:
    assert [(one.category, one.filename) for one in _hints(call, {})] == [(kind, __file__)]


@pytest.mark.parametrize(
    "call",
    [
        lambda: minimise_loss(1, 2, 0.5, starts=1),
        lambda: antipodal.minimise_loss(1, 2, 0.5, starts=1),
        lambda: minimise_map(2, [0.5], [[1.0]], starts=1),
        lambda: minimise_quadratic([1.0], 2, three_values(6), starts=1),
    ],
    ids=["minimise_loss", "the door's", "minimise_map", "minimise_quadratic"],
)
def test_sizes_that_a_caller_names_draw_no_hint(call: Callable[[], Any]) -> None:
    assert not _hints(call, {})
