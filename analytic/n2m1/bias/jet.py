"""Functions of (e, β₁, β₂) to second order, in balls."""

from __future__ import annotations

from dataclasses import dataclass

from flint import arb


@dataclass(frozen=True)
class Jet:
    """A function of (e, β₁, β₂) to second order: value, gradient, Hessian by rows."""

    value: arb
    gradient: list[arb]
    hessian: list[list[arb]]

    @staticmethod
    def variable(value: arb, index: int) -> Jet:
        zero = [arb(0)] * 3
        return Jet(value, [arb(int(i == index)) for i in range(3)], [zero, zero, zero])

    def of(self, value: arb, first: arb, second: arb) -> Jet:
        """h(self), from h, h′ and h″ there."""
        g = self.gradient
        return Jet(
            value,
            [first * a for a in g],
            [
                [first * h + second * a * b for h, b in zip(row, g, strict=True)]
                for row, a in zip(self.hessian, g, strict=True)
            ],
        )

    def __add__(self, other: Jet | arb | int) -> Jet:
        if not isinstance(other, Jet):
            return Jet(self.value + other, self.gradient, self.hessian)
        return Jet(
            self.value + other.value,
            [a + b for a, b in zip(self.gradient, other.gradient, strict=True)],
            [[a + b for a, b in zip(r, t, strict=True)] for r, t in zip(self.hessian, other.hessian, strict=True)],
        )

    def __mul__(self, other: Jet | arb | int) -> Jet:
        if not isinstance(other, Jet):
            return self.of(self.value * other, arb(other), arb(0))
        product = self.of(self.value * other.value, other.value, arb(0)) + other.of(arb(0), self.value, arb(0))
        f, g = self.gradient, other.gradient
        mixed = [[f[i] * g[j] + f[j] * g[i] for j in range(3)] for i in range(3)]
        return product + Jet(arb(0), [arb(0)] * 3, mixed)

    def __neg__(self) -> Jet:
        return self * -1

    def __sub__(self, other: Jet) -> Jet:
        return self + -other

    def inverse(self) -> Jet:
        i = 1 / self.value
        return self.of(i, -i * i, 2 * i * i * i)

    def positive(self) -> Jet:
        """Of use in cubes and higher powers only, which are twice differentiable at 0."""
        if self.value <= 0:
            return self * 0
        return self if self.value >= 0 else Jet(arb(0).union(self.value.upper()), self.gradient, self.hessian)
