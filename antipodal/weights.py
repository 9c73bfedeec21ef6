"""W and b, and W_out, as others keep them: arrays, state dicts and files, of which nothing is executed."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple, overload

import numpy as np

from numeric.arguments import Floats, array, choice, flag, shown

W_NAMES = ("W", "W_in", "W_E", "embed", "embedding", "encoder", "encoder.weight", "embed.weight", "weight", "weights")
OUT_NAMES = ("W_out", "W_U", "V", "unembed", "unembedding", "decoder", "decoder.weight", "unembed.weight")
B_NAMES = ("b", "b_final", "b_out", "b_dec", "output_bias", "decoder.bias", "bias", "biases")
SUFFIXES = (".npz", ".npy", ".csv", ".safetensors", ".pt", ".pth")


class Weights(NamedTuple):
    """W (m, n), or (models, m, n), and b (n,), or (models, n), None where there is none."""

    W: Floats
    b: Floats | None


class UntiedWeights(NamedTuple):
    """As `Weights`, of an untied model: W, its W_in; b; W_out (n, m), or (models, n, m)."""

    W: Floats
    b: Floats | None
    W_out: Floats


@overload
def read_weights(source: Any, layout: str | None = None, *, tied: Literal[True] = True) -> Weights: ...
@overload
def read_weights(source: Any, layout: str | None = None, *, tied: Literal[False]) -> UntiedWeights: ...
def read_weights(source: Any, layout: str | None = None, *, tied: bool = True) -> Weights | UntiedWeights:
    """W and b of a trained model, or of a stack of them, in the shapes of this package.

    `source`: a file (.npz, .npy, .csv, .safetensors, .pt; b beside W where the kind of file has names), a state dict or other
    mapping by names, a pair (W, b), or W alone, as an array or tensor. Names are W, weight, W_in, embed and the like, and b,
    bias, b_final; one prefix (`model.W`) does no harm. `layout`: "mn" where the array has a row for each hidden dimension,
    "nm" where it has one for each feature; it may be left out where one side is longer than the other, and b no shorter, as
    m < n. b may be (n,), (1, n), (k, n) or (k, 1, n). `tied`: False for ReLU(W_out W x + b), of which also W_out is read: under
    that name, V, decoder.weight and the like, or the third of (W, b, W_out); either way round, where it is square as W lies.

    A .pt file is read with `weights_only=True` and an .npy or .npz file without pickle: nothing in a file is executed.
    ValueError, with what the file has, where W cannot be told, where the layout is doubtful, where `tied` is True beside a W_out
    that is not Wᵀ, or for numbers that are not real.

    >>> from antipodal import read_weights
    >>> found = read_weights({"model.W_in": [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]], "model.b_final": [[0.0, 0.0, 0.0]]})
    >>> found.W.shape, found.b.shape
    ((2, 3), (3,))
    """
    if layout is not None:
        choice("layout", layout, ("mn", "nm"))
    where, entries = _entries(source)
    flag("tied", tied)
    W, b, out = _chosen(where, entries)
    if out is None and not tied:
        raise ValueError(f"{where} must have one of {', '.join(OUT_NAMES)} where tied is False, got {_listed(entries)}")
    weights = array(f"{where} W", W)
    if weights.ndim not in (2, 3) or 0 in weights.shape:
        raise ValueError(f"{where} W must have two axes, or three for a stack of models, got shape {weights.shape}")
    bias = None if b is None else _bias(array(f"{where} b", b), weights.shape, where)
    found = _layout(layout, weights.shape[-2:], None if bias is None else bias.shape[-1], where)
    if found == "nm":
        weights = np.swapaxes(weights, -1, -2)
    n = weights.shape[-1]
    if bias is not None and bias.shape[-1] != n:
        raise ValueError(f"{where} b must have an entry for each of {n} features, got shape {bias.shape}")
    weights = np.ascontiguousarray(weights)
    back = None if out is None else _back(array(f"{where} W_out", out), weights.shape, found, where)
    if back is None or (tied and np.array_equal(back, np.swapaxes(weights, -1, -2))):
        return Weights(weights, bias)
    if tied:
        raise ValueError(f"{where} has a W_out of its own, of shape {back.shape}: pass tied=False")
    return UntiedWeights(weights, bias, back)


def _entries(source: Any) -> tuple[str, Mapping[str, Any]]:
    """How the source is called in a sentence, and what it holds by name."""
    if isinstance(source, str | Path):
        return _of_file(Path(source))
    if isinstance(source, Mapping):
        return "source", source
    if hasattr(source, "state_dict"):
        return "source", source.state_dict()
    if isinstance(source, tuple) and len(source) in (2, 3):
        return "source", dict(zip(("W", "b", "W_out"), source, strict=False))
    return "source", {"W": source}


def _of_file(path: Path) -> tuple[str, Mapping[str, Any]]:
    if path.suffix not in SUFFIXES:
        raise ValueError(f"source must be a file ending in {', '.join(SUFFIXES)}, got {shown(str(path))}")
    if not path.is_file():
        raise ValueError(f"source must be a file that is there, got {shown(str(path))}")
    try:
        return str(path), _read(path)
    except ImportError:
        raise ValueError(
            f'source must be of a kind that this installation reads, got {path}: pip install "antipodal[files]"'
        ) from None
    except Exception as error:  # whatever a library makes of a file that is damaged, or hostile
        raise ValueError(
            f"source must be a sound file of arrays or tensors and of nothing else, got {path} ({type(error).__name__})"
        ) from None


def _read(path: Path) -> Mapping[str, Any]:
    if path.suffix == ".csv":
        return {"W": np.loadtxt(path, delimiter=",", ndmin=2)}
    if path.suffix == ".npy":
        return {"W": np.load(path, allow_pickle=False)}
    if path.suffix == ".npz":
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    if path.suffix == ".safetensors":
        from safetensors.torch import load_file

        return dict(load_file(path))
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of unusual pickles: what they ask for is refused, or they are read
        found = torch.load(path, map_location="cpu", weights_only=True)
    return found if isinstance(found, Mapping) else {"W": found}


def _chosen(where: str, entries: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    """W, b and W_out by their names; under one name a mapping may lie that has them, as in a checkpoint."""
    for name in ("state_dict", "model", "model_state_dict"):
        if isinstance(entries.get(name), Mapping):
            return _chosen(where, entries[name])
    W, b, out = (_named(names, entries, where) for names in (W_NAMES, B_NAMES, OUT_NAMES))
    if W is None:
        raise ValueError(f"{where} must have one of {', '.join(W_NAMES)}, got {_listed(entries)}")
    return entries[W], None if b is None else entries[b], None if out is None else entries[out]


def _listed(entries: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {_shape(value)}" for name, value in list(entries.items())[:20]) or "nothing"


def _named(names: tuple[str, ...], entries: Mapping[str, Any], where: str) -> str | None:
    """The entry of the first of these names, whole or behind a prefix."""
    for name in names:
        found = [key for key in entries if key == name] or [key for key in entries if str(key).endswith(f".{name}")]
        if len(found) > 1:
            raise ValueError(f"{where} must have one {name}, got {', '.join(found)}: give (W, b)")
        if found:
            return found[0]
    return None


def _shape(value: Any) -> str:
    return f"of shape {tuple(value.shape)}" if hasattr(value, "shape") else f"of type {type(value).__name__}"


def _bias(b: Floats, shape: tuple[int, ...], where: str) -> Floats:
    """(n,) beside one model, (models, n) beside a stack."""
    models = shape[:-2]
    if b.ndim == len(models) + 2 and b.shape[-2] == 1:
        b = b[..., 0, :]
    if b.ndim == 1 and models:
        b = np.broadcast_to(b, (*models, len(b)))
    if b.ndim != len(models) + 1 or b.shape[:-1] != models:
        raise ValueError(
            f"{where} b must have an entry for each feature of each model, got shape {b.shape} beside W {shape}"
        )
    return np.ascontiguousarray(b)


def _back(W_out: Floats, shape: tuple[int, ...], layout: str, where: str) -> Floats:
    """(..., n, m) beside W (..., m, n), which came in this layout."""
    *models, m, n = shape
    if W_out.shape not in ((*models, n, m), (*models, m, n)):
        raise ValueError(f"{where} W_out must have shape {(*models, n, m)} to match W, got {W_out.shape}")
    turned = layout == "nm" if m == n else W_out.shape != (*models, n, m)
    return np.ascontiguousarray(np.swapaxes(W_out, -1, -2) if turned else W_out)


def _layout(given: str | None, shape: tuple[int, ...], n: int | None, where: str) -> str:
    """Which axis of W counts features: as it is given, or as the length of b, or the longer side, tells."""
    if given is not None:
        return given
    rows, columns = shape
    if rows != columns and n in (None, max(rows, columns)):
        return "mn" if columns > rows else "nm"
    raise ValueError(
        f'layout must be "mn" (a row for each hidden dimension) or "nm" (a row for each feature) where W does not tell, got '
        f"None and {where} W of shape {shape}" + ("" if n is None else f" beside b of length {n}")
    )
