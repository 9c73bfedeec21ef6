"""A setting of the smallest model with bias: sparsity, importances and penalty, checked, and in whole numbers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

from ...exact import Exact, rational
from ...exact.rationals import shown, sparsity_between
from .angle import Angle

_BITS = 300
"""Of importances and penalty as whole numbers: the search for cells is in floats."""


@dataclass(frozen=True)
class Setting:
    """A checked setting, with importances and penalty scaled to whole numbers."""

    sparsity: Fraction
    importance: tuple[Fraction, Fraction]
    penalty: Fraction

    @property
    def scale(self) -> int:
        return lcm(*(number.denominator for number in (*self.importance, self.penalty)))

    @property
    def whole(self) -> tuple[int, int, int]:
        first, second, penalty = (int(number * self.scale) for number in (*self.importance, self.penalty))
        return first, second, penalty

    @property
    def charts(self) -> tuple[Angle, ...]:
        """Feature 1 or feature 2 with the larger weight; one chart where they are alike."""
        first, second, penalty = self.whole
        charts = (Angle(1 - self.sparsity, first, second, penalty), Angle(1 - self.sparsity, second, first, penalty))
        return charts[:1] if first == second else charts


def checked(sparsity: Exact, importance: tuple[Exact, Exact], penalty: Exact) -> Setting:
    s, strength = sparsity_between(sparsity), rational(penalty, "penalty")
    if not isinstance(importance, (tuple, list)) or len(importance) != 2:
        raise ValueError(f"importance must be a pair of numbers, got {shown(importance)}")
    first, second = (rational(value, "importance") for value in importance)
    if min(first, second) <= 0:
        raise ValueError(f"importance must be positive, got {min(first, second)}")
    if strength < 0:
        raise ValueError(f"penalty must not be negative, got {strength}")
    setting = Setting(s, (first, second), strength)
    if max(setting.whole).bit_length() > _BITS:
        raise ValueError(
            f"importance and penalty must be multiples of one number by whole ones of at most {_BITS} bits, got importance "
            f"{shown(importance)} and penalty {shown(penalty)}"
        )
    return setting


def sealed(body: Mapping[str, Any]) -> dict[str, Any]:
    """A certificate with its digest."""
    return {**body, "digest": hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()}
