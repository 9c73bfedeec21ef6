r"""Families of toy models, x' = φ(V ψ(W x) + b), and stacks of such models as torch modules.

Tied models have V = Wᵀ. With ψ linear and φ = ReLU they are the toy model of superposition; ψ = ReLU gives the hidden-ReLU
model with its privileged basis; untied with both ReLU and the target |x|, the absolute-value circuit. φ and ψ are any of
`numeric.model.ACTIVATIONS`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn

from ..arguments import MOST_SEED, choice, entries, flag, instance, shown, sizes_known, tensors, whole
from ..arguments.tensors import torch_device
from .activation import ACTIVATIONS


class Parameters(NamedTuple):
    """Of a stack: W (models, m, n); V (models, n, m), None where it is Wᵀ; b (models, n), None where there is none."""

    W: Tensor
    V: Tensor | None
    b: Tensor | None


@dataclass(frozen=True)
class Family:
    """`hidden` (ψ) and `output` (φ): names of activations; `target`: "identity" for x' ≈ x, "absolute" for x' ≈ |x|.
    ValueError on another name.

    >>> Family(tied=False, output="linear").size(5, 2, bias=True)
    25
    """

    hidden: str = "linear"
    output: str = "relu"
    tied: bool = True
    target: str = "identity"

    def __post_init__(self) -> None:
        choice("hidden", self.hidden, ACTIVATIONS)
        choice("output", self.output, ACTIVATIONS)
        choice("target", self.target, ("identity", "absolute"))
        flag("tied", self.tied)

    def wanted(self, x: Tensor) -> Tensor:
        """What the model is to give back for x."""
        return x.abs() if self.target == "absolute" else x

    def size(self, n: int, m: int, bias: bool) -> int:
        """Parameters of one model."""
        return m * n * (1 if self.tied else 2) + n * bias

    def split(self, flat: Tensor, models: int, n: int, m: int) -> Parameters:
        """Contiguous views of `flat`, one axis: W of all models, then V of all, then b of all, where there are such."""
        ends = [models * m * n, models * m * n * (1 if self.tied else 2)]
        W, V, b = flat[: ends[0]], flat[ends[0] : ends[1]], flat[ends[1] :]
        return Parameters(
            W.view(models, m, n), None if self.tied else V.view(models, n, m), b.view(models, n) if len(b) else None
        )

    def initial(self, n: int, m: int, seeds: Sequence[int], bias: bool) -> Tensor:
        """Initial parameters on one axis, float64, for `split`: as `initial_weights`, b = 0; each model's by its seed alone."""
        matrices = _xavier(n, m, seeds, 1 if self.tied else 2).transpose(0, 1).flatten()
        return torch.cat([matrices, matrices.new_zeros(len(seeds) * n * bias)])


RELU_OUTPUT = Family()
LINEAR = Family(output="linear")
HIDDEN_RELU = Family(hidden="relu")
ABSOLUTE = Family(hidden="relu", tied=False, target="absolute")


class ToyModel(nn.Module):
    """A stack of tied models that do not interact: W is one Parameter (models, m, n), used as W and as Wᵀ.

    `seeds`: one integer per model, which with (m, n) alone decides that model's initial W; b starts at 0, or
    is None where `bias` is False. ValueError on sizes below 1, no seeds, a seed outside [0, 2^63), an unknown activation.
    """

    W: nn.Parameter
    b: nn.Parameter | None

    def __init__(
        self,
        n_features: int,
        n_hidden: int,
        seeds: Sequence[int],
        *,
        bias: bool = True,
        hidden: str = "linear",
        output: str = "relu",
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
    ) -> None:
        super().__init__()
        self.family = Family(hidden, output)
        W, _, b = _initial(self.family, n_features, n_hidden, seeds, bias, dtype, device)
        self.W = nn.Parameter(W)
        self.b = None if b is None else nn.Parameter(b)

    @classmethod
    def from_weights(
        cls,
        W: ArrayLike | Tensor,
        b: ArrayLike | Tensor | None = None,
        *,
        hidden: str = "linear",
        output: str = "relu",
    ) -> ToyModel:
        """Models with given weights, copied: W (models, m, n) or (m, n) for one; b (models, n), (n,) or None.

        In the floating dtype of a tensor W, otherwise in float64. ValueError when the shapes do not fit each other, for what
        is no finite real number, and where an activation is unknown.
        """
        model = cls.__new__(cls)
        nn.Module.__init__(model)
        model.family = Family(hidden, output)
        model.W, model.b = _given(W, b)
        return model

    def forward(self, x: Tensor) -> Tensor:
        """x: (models, batch, n), a tensor of W's dtype, to φ(Wᵀψ(Wx) + b), the same shape."""
        _check_input(x, self.W)
        return forward(self.family, Parameters(self.W, None, self.b), x)


class UntiedModel(nn.Module):
    """A stack of models φ(V ψ(W x) + b) with W (models, m, n) and V (models, n, m) apart; by default the absolute-value
    circuit of `ABSOLUTE`. Arguments and errors as for `ToyModel`.
    """

    def __init__(
        self,
        n_features: int,
        n_hidden: int,
        seeds: Sequence[int],
        *,
        bias: bool = True,
        family: Family = ABSOLUTE,
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
    ) -> None:
        super().__init__()
        self.family = _untied(family)
        W, V, b = _initial(family, n_features, n_hidden, seeds, bias, dtype, device)
        assert V is not None
        self.W, self.V = nn.Parameter(W), nn.Parameter(V)
        self.b = None if b is None else nn.Parameter(b)

    @classmethod
    def from_weights(
        cls,
        W: ArrayLike | Tensor,
        V: ArrayLike | Tensor,
        b: ArrayLike | Tensor | None = None,
        *,
        family: Family = ABSOLUTE,
    ) -> UntiedModel:
        """Models with given weights, copied: W (models, m, n), V (models, n, m), b (models, n) or None, or of one model without
        the first axis. Dtype and errors as for `ToyModel.from_weights`.
        """
        model = cls.__new__(cls)
        nn.Module.__init__(model)
        model.family = _untied(family)
        with sizes_known():  # V tells
            model.W, model.b = _given(W, b)
        back, wanted = tensors.tensor("V", V), model.W.mT.shape
        if back.shape[-2:] != wanted[1:] or back.numel() != wanted.numel():
            raise ValueError(f"V must have shape {tuple(wanted)} to match W, got {tuple(back.shape)}")
        model.V = nn.Parameter(back.detach().to(model.W).reshape(wanted).clone())
        return model

    def forward(self, x: Tensor) -> Tensor:
        """x: (models, batch, n), a tensor of W's dtype, to φ(Vψ(Wx) + b), the same shape."""
        _check_input(x, self.W)
        return forward(self.family, Parameters(self.W, self.V, self.b), x)


def forward(family: Family, parameters: Parameters, x: Tensor) -> Tensor:
    """x: (models, batch, n) to φ(Vψ(Wx) + b), the same shape."""
    W, V, b = parameters
    h = ACTIVATIONS[family.hidden].value(torch.bmm(x, W.mT), 2)  # (models, batch, m)
    z = torch.bmm(h, W if V is None else V.mT)  # (models, batch, n)
    return ACTIVATIONS[family.output].value(z if b is None else z + b[:, None, :], 2)


def _untied(family: Family) -> Family:
    if instance("family", family, Family, "a Family").tied:
        raise ValueError(f"family must be untied, got {family}")
    return family


def _initial(
    family: Family, n: int, m: int, seeds: Sequence[int], bias: bool, dtype: torch.dtype, device: torch.device | str
) -> Parameters:
    if not isinstance(dtype, torch.dtype) or not dtype.is_floating_point:
        raise ValueError(f"dtype must be a floating one of torch, such as torch.float32, got {shown(dtype)}")
    flat = family.initial(n, m, seeds, flag("bias", bias)).to(dtype=dtype, device=torch_device(device))
    parts = family.split(flat, len(seeds), n, m)
    return Parameters(*(None if part is None else part.clone() for part in parts))  # type: ignore[arg-type]


def _given(W: ArrayLike | Tensor, b: ArrayLike | Tensor | None) -> tuple[nn.Parameter, nn.Parameter | None]:
    """W (models, m, n) and b (models, n), copied, in the dtype of a floating tensor W, else float64."""
    read = tensors.weights(W, b)
    if read.W.ndim > 3:
        raise ValueError(f"W must have shape (models, m, n) or (m, n), got {tuple(read.W.shape)}")
    kind = W.dtype if isinstance(W, Tensor) and W.is_floating_point() else torch.float64
    weights = read.W.detach().to(kind).reshape(-1, *read.W.shape[-2:]).clone()
    bias = None if read.b is None else read.b.detach().to(weights).reshape(len(weights), -1).clone()
    return nn.Parameter(weights), None if bias is None else nn.Parameter(bias)


def _check_input(x: Tensor, W: Tensor) -> None:
    models, _, n = W.shape
    fits = isinstance(x, Tensor) and x.dtype == W.dtype and x.layout == W.layout
    if not fits or x.ndim != 3 or (x.shape[0], x.shape[2]) != (models, n):
        got = f"{x.dtype} of shape {tuple(x.shape)}" if isinstance(x, Tensor) else shown(x)
        raise ValueError(f"x must be a dense tensor of {W.dtype} of shape ({models}, batch, {n}), got {got}")


def initial_weights(n_features: int, n_hidden: int, seeds: Sequence[int]) -> Tensor:
    """Xavier normal weights (models, m, n), float64: entries N(0, 2/(m + n)) of a single model's m and n.

    Each model draws from its own generator, so its place in the stack and the stack's size do not matter.

    >>> tuple(initial_weights(5, 2, seeds=(0, 1, 2)).shape)
    (3, 2, 5)
    """
    return _xavier(n_features, n_hidden, seeds, 1).view(-1, n_hidden, n_features)


def _xavier(n: int, m: int, seeds: Sequence[int], matrices: int) -> Tensor:
    """(models, matrices, m·n), each seed's matrices drawn one after the other."""
    n, m, seeds = whole("n_features", n, 1), whole("n_hidden", m, 1), entries("seeds", seeds, 0, MOST_SEED)
    if not seeds:
        raise ValueError(f"seeds must name at least one model, got {seeds}")
    draws = []
    for seed in seeds:
        generator = torch.Generator().manual_seed(seed)
        draws += [torch.randn(m * n, dtype=torch.float64, generator=generator) for _ in range(matrices)]
    return math.sqrt(2 / (m + n)) * torch.stack(draws).view(len(seeds), matrices, m * n)
