"""`read_weights`: every kind of source, layouts, and files that are damaged or hostile."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from antipodal import read_weights
from antipodal.weights import SUFFIXES

W, B = np.arange(10.0).reshape(2, 5), np.linspace(-1, 0, 5)
RAN: list[str] = []


class Hostile:
    def __reduce__(self) -> tuple[Any, ...]:
        return RAN.append, ("ran",)


def written(path: Path) -> Path:
    kind = path.suffix
    if kind == ".csv":
        np.savetxt(path, W, delimiter=",")
    elif kind == ".npy":
        np.save(path, W)
    elif kind == ".npz":
        np.savez(path, W=W, b=B)
    elif kind == ".safetensors":
        from safetensors.numpy import save_file

        save_file({"model.weight": W.T.copy(), "model.bias": B}, path)
    else:
        torch.save({"step": 3, "model": {"W": torch.from_numpy(W), "b": torch.from_numpy(B)[None]}}, path)
    return path


@pytest.mark.parametrize("kind", SUFFIXES)
def test_every_kind_of_file(kind: str, tmp_path: Path) -> None:
    found = read_weights(written(tmp_path / f"model{kind}"))
    assert np.array_equal(found.W, W)
    assert found.b is None if kind in (".csv", ".npy") else np.array_equal(found.b, B)


@pytest.mark.parametrize("source", [W, W.tolist(), torch.from_numpy(W), W.T, {"embed": W.T}, {"net.W_in": W}])
def test_arrays_and_mappings(source: Any) -> None:
    found = read_weights(source)
    assert np.array_equal(found.W, W)
    assert found.b is None


def test_modules_by_their_state() -> None:
    layer = torch.nn.Linear(5, 2, bias=False)
    assert np.array_equal(read_weights(layer).W, layer.weight.detach().double().numpy())


@pytest.mark.parametrize("b", [np.zeros((7, 5)), np.zeros((7, 1, 5)), np.zeros(5)], ids=lambda b: str(b.shape))
@pytest.mark.parametrize("turned", [False, True])
def test_stacks(b: Any, turned: bool) -> None:
    """With an instance axis, as published trainers have them."""
    stack = np.random.default_rng(0).normal(size=(7, 2, 5))
    found = read_weights((np.swapaxes(stack, 1, 2) if turned else stack, b))
    assert np.array_equal(found.W, stack)
    assert found.b.shape == (7, 5)


def test_the_layout_decides_where_the_shape_does_not() -> None:
    square = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert np.array_equal(read_weights(square, "mn").W, square)
    assert np.array_equal(read_weights(square, layout="nm").W, square.T)
    assert read_weights((W, np.zeros(2)), "nm").W.shape == (5, 2)


OUT = np.arange(10.0).reshape(5, 2)


@pytest.mark.parametrize("out", [OUT, OUT.T], ids=["(n, m)", "(m, n)"])
@pytest.mark.parametrize("name", ["W_out", "net.V", "decoder.weight"])
def test_untied_models(name: str, out: Any) -> None:
    source = {"W_in": W, name: out, "b": B}
    found = read_weights(source, tied=False)
    assert np.array_equal(found.W, W)
    assert np.array_equal(found.W_out, OUT)
    assert np.array_equal(read_weights((W, B, out), tied=False).W_out, OUT)
    with pytest.raises(ValueError, match=r"source has a W_out of its own, of shape \(5, 2\): pass tied=False"):
        read_weights(source)
    assert np.array_equal(read_weights({"W_in": W, "W_out": W.T}).W, W)
    with pytest.raises(ValueError, match=r"source must have one of W_out, .* where tied is False, got W of shape"):
        read_weights({"W": W}, tied=False)


DOUBT = r'layout must be "mn" .* or "nm" .* got None and source W of shape'


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (np.eye(2), DOUBT),
        ((np.eye(2), np.zeros(2)), DOUBT),
        ((W, np.zeros(2)), rf"{DOUBT} \(2, 5\) beside b of length 2"),
        ({"x": W, "step": 3}, r"source must have one of W, .* got x of shape \(2, 5\), step of type int"),
        ({}, "got nothing"),
        ({"a.W": W, "c.W": W}, r"source must have one W, got a.W, c.W: give \(W, b\)"),
        ((W, np.zeros(4)), DOUBT),
        ((W, np.zeros((3, 5))), "source b must have an entry for each feature of each model"),
        (3, "source W must have two axes"),
        (None, "source W must hold real numbers"),
        (1j * W, "source W must hold real numbers, not complex"),
        ({"W": [["1", "2"]]}, "source W must hold real numbers, not text"),
        (np.full((1, 2), np.nan), "source W must be finite"),
        ("nowhere.npz", "source must be a file that is there, got 'nowhere.npz'"),
        ("model.h5", "source must be a file ending in"),
    ],
    ids=str,
)
def test_what_is_wrong_is_said(source: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_weights(source)


def test_a_layout_is_one_of_two() -> None:
    with pytest.raises(ValueError, match="layout must be one of mn, nm, got 'row'"):
        read_weights(W, "row")


@pytest.mark.parametrize("kind", SUFFIXES)
def test_nothing_in_a_file_is_executed(kind: str, tmp_path: Path) -> None:
    """Pickles in the place of a file of that kind, and objects within one; and files cut in the middle."""
    path = tmp_path / f"model{kind}"
    contents = [
        pickle.dumps(Hostile()),
        written(tmp_path / f"whole{kind}").read_bytes()[:-7] if kind != ".csv" else b"1,x",
    ]
    for content in contents:
        path.write_bytes(content)
        with pytest.raises(
            ValueError, match=f"source must be a sound file of arrays or tensors and of nothing else, got {path}"
        ):
            read_weights(path)
    objects = {
        ".npy": lambda: np.save(path, np.array([Hostile()], dtype=object), allow_pickle=True),
        ".npz": lambda: np.savez(path, W=np.array([Hostile()], dtype=object)),
        ".pt": lambda: torch.save({"W": Hostile()}, path),
    }
    if kind in objects:
        objects[kind]()
        with pytest.raises(ValueError, match="source must be a sound file"):
            read_weights(path)
    assert not RAN
