r"""Energies of pairs of points on the unit sphere, as functions φ of the cosine g = r_i·r_j, with φ′ and φ″.

|r_i − r_j|² = 2 − 2g =: q, so every energy of distances is one of cosines, and a whole configuration's follows from its Gram
matrix. A Gram matrix of floats resolves q to a few eps, absolutely: `between` takes q from differences of coordinates instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np

from ..arguments import Floats, number, shown

_CLOSEST = float(np.finfo(np.float64).eps)
LARGEST_POWER = 30.0
"""Riesz powers up to which φ″ stays in the range of floats at the closest distance that cosines resolve, q = eps."""


class Pair(NamedTuple):
    """φ and φ′ at each cosine."""

    value: Floats
    slope: Floats


class Energy(Protocol):
    """A pair function. `singular`: infinite where two points coincide; `smooth`: φ″ does not jump elsewhere."""

    @property
    def singular(self) -> bool: ...

    @property
    def smooth(self) -> bool: ...

    def pair(self, cosine: Floats) -> Pair: ...

    def curvature(self, cosine: Floats) -> Floats:
        """φ″ at each cosine."""
        ...

    def between(self, square: Floats) -> Floats:
        """φ at each squared distance q."""
        ...


EnergyLike: TypeAlias = str | tuple[str, float] | Energy


@dataclass(frozen=True)
class Riesz:
    """Σ_{i<j} |r_i − r_j|^(−s), 0 < s ≤ 30: φ = q^(−s/2), φ′ = s q^(−s/2 − 1), φ″ = s(s + 2) q^(−s/2 − 2)."""

    power: float
    singular = smooth = True

    def __post_init__(self) -> None:
        number("power", self.power, f"(0, {LARGEST_POWER:g}]")

    def pair(self, cosine: Floats) -> Pair:
        inverse = 1 / _square(cosine)
        value = inverse ** (self.power / 2)
        return Pair(value, self.power * value * inverse)

    def curvature(self, cosine: Floats) -> Floats:
        return np.asarray(self.power * (self.power + 2) * _square(cosine) ** (-self.power / 2 - 2))

    def between(self, square: Floats) -> Floats:
        return np.asarray(square ** (-self.power / 2))


@dataclass(frozen=True)
class Logarithmic:
    """−Σ_{i<j} log |r_i − r_j|: φ = −½ log q, φ′ = 1/q, φ″ = 2/q²."""

    singular = smooth = True

    def pair(self, cosine: Floats) -> Pair:
        square = _square(cosine)
        return Pair(-np.log(square) / 2, 1 / square)

    def curvature(self, cosine: Floats) -> Floats:
        return np.asarray(2 / _square(cosine) ** 2)

    def between(self, square: Floats) -> Floats:
        return np.asarray(-np.log(square) / 2)


@dataclass(frozen=True)
class Interference:
    """Σ_{i≠j} ReLU(r_i·r_j)², the toy model's energy in its sparse limit: φ = 2 ReLU(g)², φ′ = 4 ReLU(g), φ″ = 4 [g ≥ 0].

    φ″ jumps at g = 0, where pairs of a minimum like to sit.
    """

    singular = smooth = False

    def pair(self, cosine: Floats) -> Pair:
        positive = np.maximum(cosine, 0.0)
        return Pair(2 * positive**2, 4 * positive)

    def curvature(self, cosine: Floats) -> Floats:
        return np.where(cosine >= 0, 4.0, 0.0)

    def between(self, square: Floats) -> Floats:
        return np.asarray(2 * np.maximum(1 - square / 2, 0.0) ** 2)


NAMED: Mapping[str, Energy] = {"coulomb": Riesz(1.0), "log": Logarithmic(), "interference": Interference()}


def energy_of(kind: EnergyLike, name: str = "kind") -> Energy:
    """The energy of that name, `("riesz", power)`, or an `Energy` as it is; ValueError that lists them otherwise. `name`: of
    the argument.
    """
    if isinstance(kind, str) and kind in NAMED:
        return NAMED[kind]
    if isinstance(kind, tuple) and len(kind) == 2 and kind[0] == "riesz":
        return Riesz(number(f"power in {name}", kind[1], f"(0, {LARGEST_POWER:g}]"))
    if not isinstance(kind, str | tuple | type) and hasattr(kind, "between"):
        return kind
    raise ValueError(f"{name} must be one of {', '.join(NAMED)} or ('riesz', power), got {shown(kind)}")


def _square(cosine: Floats) -> Floats:
    """q = 2 − 2g; what lies below the resolution of cosines is taken for it, so that a step onto another point is finite."""
    return np.maximum(2 - 2 * cosine, _CLOSEST)
