"""Arguments are read alike in every kind, and nothing is lost in silence on the way."""

import subprocess
import sys
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import scipy.sparse
import torch

from numeric import arguments
from numeric.arguments import TransposedWarning, tensors
from numeric.train import Recording, TrainConfig, train
from numeric.train.recording import dimensionality, norms

MATRIX = [[1.0, -0.5, 0.25], [0.0, 2.0, 3.0]]
LIKE = {
    "lists": MATRIX,
    "tuples": tuple(map(tuple, MATRIX)),
    "float64": np.array(MATRIX),
    "float16": np.array(MATRIX, dtype=np.float16),
    "fractions": [[Fraction(entry) for entry in row] for row in MATRIX],
    "decimals": np.array([[Decimal(entry) for entry in row] for row in MATRIX]),
    "transposed view": np.array(MATRIX).T.copy().T,
    "tensor": torch.tensor(MATRIX, dtype=torch.float64),
    "half": torch.tensor(MATRIX, dtype=torch.float16),
    "bfloat16": torch.tensor(MATRIX, dtype=torch.bfloat16),
    "gradient": torch.tensor(MATRIX, requires_grad=True),
    "parameter": torch.nn.Parameter(torch.tensor(MATRIX)),
    "rows of tensors": [torch.tensor(row, requires_grad=True) for row in MATRIX],
}
TORCH = ("tensor", "half", "bfloat16", "gradient", "parameter", "rows of tensors")
NESTED: list[object] = []
NESTED.append(NESTED)
REFUSED = {
    "none": None,
    "nan": [[1.0, np.nan]],
    "infinite": torch.tensor([[1.0, -np.inf]]),
    "beyond a float": [[10**400, 0]],
    "too long to print": [[10**5000, 0]],
    "long double": [[np.longdouble("1e400"), 0]],
    "complex": [[1j, 2]],
    "complex array": np.ones((1, 2), dtype=complex),
    "complex tensor": torch.ones(1, 2, dtype=torch.complex64),
    "booleans": np.array([[True, False]]),
    "boolean tensor": torch.ones(1, 2, dtype=torch.bool),
    "a boolean among numbers": [[True, 0.5]],
    "text": [["1", "2"]],
    "text among numbers": [[1, "2"]],
    "text in objects": np.array([["1", 2]], dtype=object),
    "bytes": [[b"1", 2]],
    "a mask": np.ma.array([[1.0, 2.0]], mask=[[True, False]]),
    "a mask in a list": [np.ma.array([1.0, 2.0])],
    "sparse": scipy.sparse.eye_array(2),
    "sparse tensor": torch.eye(2).to_sparse(),
    "a tensor without storage": torch.ones(1, 2, device="meta"),
    "ragged": [[1.0], [1.0, 2.0]],
    "ragged objects": np.array([[1, [2]]], dtype=object),
    "ragged tensors": [torch.ones(1), torch.ones(2)],
    "nested without end": NESTED,
    "a generator": (row for row in MATRIX),
    "a function": len,
    "a class": arguments.Setting,
    "dates": np.array([["2020-01-01"]], dtype="datetime64[D]"),
    "one axis": [1.0, 2.0],
    "no columns": [[]],
    "nothing": [],
}


@pytest.mark.parametrize("kind", LIKE)
def test_weights_of_every_kind_are_read_alike(kind: str) -> None:
    W = LIKE[kind]
    assert arguments.weights(W).tolist() == MATRIX
    read = tensors.weights(W, W[0])
    assert read.W.dtype == torch.float64
    assert (read.W.tolist(), read.b.tolist()) == (MATRIX, MATRIX[0])
    assert isinstance(read.in_kind(read.W.sum()), torch.Tensor) == (kind in TORCH)


@pytest.mark.parametrize("kind", REFUSED)
def test_what_numpy_or_torch_would_read_in_silence_is_refused(kind: str) -> None:
    for read in (arguments.weights, tensors.weights):
        with pytest.raises(ValueError, match=r"^W must .*, got .+"):
            read(REFUSED[kind])


def test_gradients_pass_and_results_come_back_in_kind() -> None:
    W = torch.tensor(MATRIX, dtype=torch.float32, requires_grad=True)
    read = tensors.weights(W, [0.0, 1.0, 2.0])
    (gradient,) = torch.autograd.grad((read.W**2).sum() + read.b.sum(), W)
    assert torch.equal(gradient, 2 * W)
    rows = [row.clone() for row in W]
    (gradient,) = torch.autograd.grad((tensors.weights(rows).W ** 2).sum(), W)
    assert torch.equal(gradient, 2 * W)
    plain = tensors.weights(MATRIX, None)
    assert plain.b is None
    assert isinstance(plain.in_kind(plain.W.sum()), np.float64)
    assert isinstance(plain.in_kind(plain.W), np.ndarray)
    beside = tensors.weights(MATRIX, torch.zeros(3))
    assert isinstance(beside.in_kind(beside.W), torch.Tensor)


def test_more_hidden_dimensions_than_features_draw_a_hint_where_the_caller_stands() -> None:
    for read in (arguments.weights, tensors.weights, arguments.matrix):
        with pytest.warns(TransposedWarning, match="did you pass Wᵀ") as caught:
            read(np.array(MATRIX).T)
        assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        arguments.weights(np.eye(3))


def test_rows_are_per_feature_in_one_axis_and_per_model_in_two() -> None:
    rows = arguments.sparsity_rows
    assert rows(0.5, (2,), 3).tolist() == [[0.5] * 3] * 2
    assert rows([0, 0.5, 1], (3,), 3).tolist() == [[0, 0.5, 1]] * 3
    assert rows([[0], [0.5], [1]], (3,), 3).tolist() == [[0] * 3, [0.5] * 3, [1] * 3]
    assert rows(torch.tensor([[0, 0.5, 1]] * 2), (2,), 3).tolist() == [[0, 0.5, 1]] * 2
    with pytest.raises(
        ValueError, match=r"sparsity must be .*, got shape \(2,\): one per model is an array of shape \(2, 1\)"
    ):
        rows([0, 1], (2,), 3)
    for values, batch in (([0.5], ()), ([[0.5]], ()), ([[0.5]], (2,)), ([[[0.5]]], (2,))):
        with pytest.raises(ValueError, match="sparsity must be one number or 3 numbers"):
            rows(values, batch, 3)
    assert arguments.importance_rows(None, (2,), 1).tolist() == [[1.0], [1.0]]


@pytest.mark.parametrize("value", [-0.1, 1.5, np.nan, np.inf, "0.5", True, 1j, None, [[0.5]]])
def test_a_sparsity_out_of_range_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"^sparsity must .*, got .+"):
        arguments.sparsity_row(value, 2)


@pytest.mark.parametrize("value", [True, 1.0, 2.5, "3", None, 0, 6, np.array([1]), int])
def test_whole_numbers(value: object) -> None:
    assert arguments.whole("n", np.int8(3), 1, 5) == 3
    with pytest.raises(ValueError, match=r"^n must be a whole number in \[1, 5\], got .+"):
        arguments.whole("n", value, 1, 5)


@pytest.mark.parametrize("value", [0.0, 1.5, np.nan, np.inf, "0.5", None, True, 1j, [0.5], 10**400, float])
def test_numbers_in_an_interval(value: object) -> None:
    for half in (0.5, Fraction(1, 2), np.float32(0.5), torch.tensor(0.5, requires_grad=True), np.array(0.5)):
        assert arguments.number("t", half, "(0, 1]") == 0.5
    assert arguments.number("t", 1, "(0, 1]") == 1
    with pytest.raises(ValueError, match=r"^t must .*, got .+"):
        arguments.number("t", value, "(0, 1]")


def test_words_flags_and_instances() -> None:
    assert arguments.choice("method", "scipy", ("scipy", "torch")) == "scipy"
    assert arguments.flag("bias", np.False_) is False
    for wrong in (
        lambda: arguments.choice("method", "numpy", ("scipy",)),
        lambda: arguments.choice("method", [], ("scipy",)),
    ):
        with pytest.raises(ValueError, match=r"^method must be one of scipy, got "):
            wrong()
    with pytest.raises(ValueError, match="bias must be True or False, got 'no'"):
        arguments.flag("bias", "no")
    with pytest.raises(ValueError, match=r"law must be a law, got the class builtins\.int"):
        arguments.instance("law", int, arguments.Setting, "a law")


@pytest.mark.processes
def test_arguments_are_read_without_torch() -> None:
    program = "import sys, numeric.arguments, numeric.thomson as t; t.solve(3, starts=1); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_models_that_were_made_with_more_hidden_dimensions_draw_no_hint() -> None:
    config = TrainConfig(n_features=2, n_hidden=3, seeds=(0,), sparsity=(0.5,), steps=2, batch_size=16)
    training = train(config, record=Recording((0, 2), {"D": dimensionality, "norms": norms}))
    assert training.records["D"].shape == (2, 1, 2)
