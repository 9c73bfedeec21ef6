"""Weights of every kind are taken alike by every public function of `numeric` that takes them, and results come back in kind."""

import dataclasses
import inspect
from typing import Any

import numpy as np
import pytest
import torch
from test_hostile_numeric import FUNCTIONS, VALID

TAKES_WEIGHTS = sorted(
    name
    for name, function in FUNCTIONS.items()
    if "W" in inspect.signature(function).parameters and not name.endswith("_target")  # a target holds functions
)
WEIGHTS = ("W", "V", "b", "along_W", "along_b")
KINDS = {
    "lists": lambda values: values,
    "float64": lambda values: np.array(values),
    "float16": lambda values: np.array(values, dtype=np.float16),
    "tensor": lambda values: torch.tensor(values, dtype=torch.float64),
    "half": lambda values: torch.tensor(values, dtype=torch.float16),
    "gradient": lambda values: torch.tensor(values, requires_grad=True),
    "parameter": lambda values: torch.nn.Parameter(torch.tensor(values)),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", TAKES_WEIGHTS)
@pytest.mark.slow
def test_weights_of_every_kind_give_one_result_in_kind(name: str, kind: str) -> None:
    arguments = dict(VALID[name].arguments)
    expected = FUNCTIONS[name](**arguments)
    given = {
        key: KINDS[kind](value) if key in WEIGHTS and value is not None else value for key, value in arguments.items()
    }
    _assert_alike(FUNCTIONS[name](**given), expected, isinstance(given["W"], torch.Tensor))


def _assert_alike(found: Any, expected: Any, tensors: bool) -> None:
    if isinstance(expected, np.ndarray | np.generic):
        assert isinstance(found, torch.Tensor) == tensors
        np.testing.assert_array_equal(torch.as_tensor(found).detach().numpy(), expected)
        assert str(found.dtype).split(".")[-1] == str(expected.dtype)
    elif isinstance(expected, torch.nn.Module):
        for mine, other in zip(found.parameters(), expected.parameters(), strict=True):
            assert torch.equal(mine.double(), other.double())
    elif dataclasses.is_dataclass(expected):
        for part in dataclasses.fields(expected):
            _assert_alike(getattr(found, part.name), getattr(expected, part.name), tensors)
    elif isinstance(expected, tuple):
        for mine, other in zip(found, expected, strict=True):
            _assert_alike(mine, other, tensors)
    else:
        assert found == expected


def test_the_walk_meets_what_takes_weights() -> None:
    some = (
        "geometry.naming.describe",
        "train.judgement.judge",
        "metrics.coherence",
        "population.second_derivatives.hessian",
        "model.networks.ToyModel.from_weights",
    )
    assert {f"numeric.{name}" for name in some} < {*TAKES_WEIGHTS}
