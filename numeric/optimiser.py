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
from dataclasses import dataclass

import torch
from torch import Tensor

from .arguments import number


class State:
    """A running optimiser: `step` with a gradient of the parameters' shape and a rate, which broadcasts to it;
    `tensors`, what a checkpoint must hold beside the parameters and the number of steps taken, `taken`.
    """

    def __init__(self, parameters: Tensor, moments: int) -> None:
        self.taken = 0
        self.tensors = [torch.zeros_like(parameters) for _ in range(moments)]
        self._parameters = parameters

    def step(self, gradient: Tensor, rate: Tensor) -> None:
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

    def step(self, gradient: Tensor, rate: Tensor) -> None:
        self.taken += 1
        if self._settings.decay:
            gradient = gradient.add(self._parameters, alpha=self._settings.decay)
        if self._settings.momentum:
            (velocity,) = self.tensors
            gradient = velocity.mul_(self._settings.momentum).add_(gradient)
        self._parameters.addcmul_(gradient, rate, value=-1)


class _AdamState(State):
    def __init__(self, settings: Adam, decay: float, parameters: Tensor) -> None:
        super().__init__(parameters, moments=2)
        self._settings, self._decay = settings, decay

    def step(self, gradient: Tensor, rate: Tensor) -> None:
        self.taken += 1
        first, second = self.tensors
        beta1, beta2 = self._settings.beta1, self._settings.beta2
        if self._decay:
            self._parameters.mul_(1 - self._decay * rate)
        first.lerp_(gradient, 1 - beta1)
        second.mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        # Numerator and denominator multiplied by √(1 - β₂ᵗ), which saves an operation.
        correction = math.sqrt(1 - beta2**self.taken)
        scale = second.sqrt().add_(self._settings.epsilon * correction)
        self._parameters.addcdiv_(first * rate, scale, value=-correction / (1 - beta1**self.taken))
