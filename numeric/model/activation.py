r"""Activations with their pullbacks: what a hand-written gradient needs of them.

An activation φ acts on `dim`, the axis of units. `value` gives f = φ(z); `pullback` gives Jᵀe for a cotangent e:

===============  ===================================  ==============================================================
linear           z                                    e
relu             max(0, z)                            e·1[z > 0]
gelu             z Φ(z)                               e (Φ(z) + z φ(z)), with the normal distribution's Φ and density φ
solu             z ∘ p, p = softmax(z)                p ∘ (e ∘ (1 + z) - Σ e f)
solu_norm        (f - mean f)/√(var f + 10⁻⁵)         SoLU's pullback of that of the normalisation
===============  ===================================  ==============================================================

SoLU as published is followed by a LayerNorm; ours has no scale or shift of its own. Every φ(0) is 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

_EPSILON = 1e-5  # of torch's LayerNorm


class Activation(NamedTuple):
    """`value(z, dim)`, which may overwrite z where `pullback(z, f, e, dim)` does without it; that may overwrite e."""

    value: Callable[[Tensor, int], Tensor]
    pullback: Callable[[Tensor, Tensor, Tensor, int], Tensor]


def _linear(z: Tensor, dim: int) -> Tensor:
    return z


def _linear_pullback(z: Tensor, f: Tensor, e: Tensor, dim: int) -> Tensor:
    return e


def _relu(z: Tensor, dim: int) -> Tensor:
    return z.relu_()


def _relu_pullback(z: Tensor, f: Tensor, e: Tensor, dim: int) -> Tensor:
    torch.ops.aten.threshold_backward.grad_input(e, f, 0, grad_input=e)
    return e


def _gelu(z: Tensor, dim: int) -> Tensor:
    return z * _normal_below(z)


def _gelu_pullback(z: Tensor, f: Tensor, e: Tensor, dim: int) -> Tensor:
    density = torch.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    return e * (_normal_below(z) + z * density)


def _normal_below(z: Tensor) -> Tensor:
    return 0.5 * torch.erfc(-z / math.sqrt(2))


def _solu(z: Tensor, dim: int) -> Tensor:
    return z * torch.softmax(z, dim)


def _solu_pullback(z: Tensor, f: Tensor, e: Tensor, dim: int) -> Tensor:
    return torch.softmax(z, dim) * (e * (1 + z) - (e * f).sum(dim, keepdim=True))


def _solu_norm(z: Tensor, dim: int) -> Tensor:
    return _normalised(_solu(z, dim), dim)[0]


def _solu_norm_pullback(z: Tensor, f: Tensor, e: Tensor, dim: int) -> Tensor:
    before = _solu(z, dim)
    _, deviation = _normalised(before, dim)
    mean, along = e.mean(dim, keepdim=True), (e * f).mean(dim, keepdim=True)
    return _solu_pullback(z, before, (e - mean - f * along) / deviation, dim)


def _normalised(f: Tensor, dim: int) -> tuple[Tensor, Tensor]:
    centred = f - f.mean(dim, keepdim=True)
    deviation = (centred.square().mean(dim, keepdim=True) + _EPSILON).sqrt()
    return centred / deviation, deviation


ACTIVATIONS = {
    "linear": Activation(_linear, _linear_pullback),
    "relu": Activation(_relu, _relu_pullback),
    "gelu": Activation(_gelu, _gelu_pullback),
    "solu": Activation(_solu, _solu_pullback),
    "solu_norm": Activation(_solu_norm, _solu_norm_pullback),
}
