r"""Optimisers of stacked parameters, which lie in one tensor: a step costs a handful of operations however many there are.

An optimiser is a frozen value that holds its settings; `start` gives its running state, whose `step` changes the
parameters in place. All are elementwise, so stacked models stay independent, each with a rate of its own. With gradient
g and rate η:

================================  ================================================================================
`SGD(momentum, decay)`            u ← μu + g + decay·θ,  θ ← θ - ηu
`Adam(beta1, beta2, epsilon)`     m ← β₁m + (1-β₁)g,  v ← β₂v + (1-β₂)g²,  θ ← θ - η (m/(1-β₁ᵗ)) / (√(v/(1-β₂ᵗ)) + ε)
`AdamW(..., decay)`               θ ← (1 - η·decay)θ, then Adam
================================  ================================================================================

The numbers are those of torch.optim; the cost is half of its fused Adam's on tensors as small as these. Decay moves the
minimum: it is 0 unless asked for (the published loop has AdamW with 0.01).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..arguments import number
from ..running import compiled

if compiled.AVAILABLE:
    from . import step_kernels


class State:
    """A running optimiser: `step` with a gradient of the parameters' shape, rates that broadcast to it and a factor of them;
    `tensors`, what a checkpoint must hold beside the parameters and the number of steps taken, `taken`.

    A step is `apply` with the numbers that `scalars` gives, which may as well be tensors on the parameters' device: then
    it launches the same operations every time.
    """

    def __init__(self, parameters: Tensor, moments: int) -> None:
        self.taken = 0
        self.tensors = [torch.zeros_like(parameters) for _ in range(moments)]
        self._parameters = parameters

    def step(self, gradient: Tensor, rates: Tensor, factor: float = 1.0) -> None:
        self.apply(gradient, rates, self.scalars(self.taken + 1, factor))
        self.taken += 1

    def scalars(self, taken: int, factor: float) -> tuple[float, ...]:
        """What the step that is number `taken` depends on beside gradient and rates."""
        raise NotImplementedError

    def apply(self, gradient: Tensor, rates: Tensor, scalars: Sequence[float | Tensor]) -> None:
        raise NotImplementedError


@dataclass(frozen=True)
class Optimiser:
    """What all optimisers are. ValueError on settings out of range."""

    def start(self, parameters: Tensor) -> State:
        raise NotImplementedError


@dataclass(frozen=True)
class SGD(Optimiser):
    momentum: float = 0.0
    decay: float = 0.0

    def __post_init__(self) -> None:
        number("momentum", self.momentum, "[0, 1)")
        number("decay", self.decay, "[0, inf)")

    def start(self, parameters: Tensor) -> State:
        return _SGDState(self, parameters)


@dataclass(frozen=True)
class Adam(Optimiser):
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        number("beta1", self.beta1, "[0, 1)")
        number("beta2", self.beta2, "[0, 1)")
        number("epsilon", self.epsilon, "(0, inf)")

    def start(self, parameters: Tensor) -> State:
        return _AdamState(self, 0.0, parameters)


@dataclass(frozen=True)
class AdamW(Adam):
    decay: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        number("decay", self.decay, "[0, inf)")

    def start(self, parameters: Tensor) -> State:
        return _AdamState(self, self.decay, parameters)


class _SGDState(State):
    def __init__(self, settings: SGD, parameters: Tensor) -> None:
        super().__init__(parameters, moments=1 if settings.momentum else 0)
        self._settings = settings

    def scalars(self, taken: int, factor: float) -> tuple[float, ...]:
        return (factor,)

    def apply(self, gradient: Tensor, rates: Tensor, scalars: Sequence[float | Tensor]) -> None:
        if self._settings.decay:
            gradient = gradient.add(self._parameters, alpha=self._settings.decay)
        if self._settings.momentum:
            (velocity,) = self.tensors
            gradient = velocity.mul_(self._settings.momentum).add_(gradient)
        self._parameters.addcmul_(gradient, rates * scalars[0], value=-1)


class _AdamState(State):
    def __init__(self, settings: Adam, decay: float, parameters: Tensor) -> None:
        super().__init__(parameters, moments=2)
        self._settings, self._decay = settings, decay
        plain = parameters.dtype == torch.float32 and parameters.device.type == "cpu"
        self._fused = compiled.AVAILABLE and plain and parameters.ndim == 1

    def scalars(self, taken: int, factor: float) -> tuple[float, ...]:
        """ε, the factor of the rates, and what the rates are multiplied with for the decay."""
        # Numerator and denominator multiplied by √(1 - β₂ᵗ), which saves an operation.
        correction = math.sqrt(1 - self._settings.beta2**taken)
        scaled = factor * correction / (1 - self._settings.beta1**taken)
        return self._settings.epsilon * correction, scaled, factor * self._decay

    def apply(self, gradient: Tensor, rates: Tensor, scalars: Sequence[float | Tensor]) -> None:
        first, second = self.tensors
        beta1, beta2 = self._settings.beta1, self._settings.beta2
        if self._fused:
            settings = np.array([1 - beta1, beta2, 1 - beta2, *scalars], dtype=np.float32)
            at, slope, mean, square = (part.numpy() for part in (self._parameters, gradient, first, second))
            step_kernels.adam(at, slope, mean, square, rates.reshape(-1).numpy(), settings)
            return
        epsilon, scaled, decay = scalars
        if self._decay:
            self._parameters.mul_(1 - rates * decay)
        first.lerp_(gradient, 1 - beta1)
        second.mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        self._parameters.addcdiv_(first * (rates * scaled), second.sqrt().add_(epsilon), value=-1)
