"""What an entry of the atlas is about: sizes, law, sparsity and importances, and the settings that the shipped table is of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..arguments import Floats
from ..law import Law, OneHot
from ..minimise import Problem, given_problem

SPARSITIES = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999)
FALLOFFS = (1.0, 0.9)
MOST_FEATURES, MOST_HIDDEN, MOST_ONE_HOT, MOST_UNEVEN = 10, 4, 8, 6
"""n and m of the table; n with exactly one active feature, and with importances 0.9^i."""


@dataclass(frozen=True)
class Setting:
    """n features in m dimensions, of importances falloff^i, i = 0 … n − 1. `sparsity`: that of independent features, None
    where exactly one feature is active. `weights`: importances that are no powers, which no setting of the table has.
    """

    n: int
    m: int
    falloff: float
    sparsity: float | None
    weights: tuple[float, ...] | None = None

    @property
    def name(self) -> str:
        """Such as "n = 5, m = 2, s = 0.9"."""
        law = "one active" if self.sparsity is None else f"s = {self.sparsity:g}"
        own = ", I given" if self.weights else "" if self.falloff == 1 else f", I = {self.falloff:g}^i"
        return f"n = {self.n}, m = {self.m}, {law}{own}"

    @property
    def key(self) -> str:
        """As a file is called: "n5m2-s0.9", "n5m2-one-f0.9"."""
        law = "one" if self.sparsity is None else f"s{self.sparsity!r}"
        return f"n{self.n}m{self.m}-{law}" + ("" if self.falloff == 1 else f"-f{self.falloff!r}")

    @property
    def order(self) -> tuple[int, int, bool, float, float]:
        """Of entries in a table: independent features first, equal ones first, then by sparsity."""
        return self.n, self.m, self.sparsity is None, -self.falloff, self.sparsity or 0.0

    @property
    def density(self) -> float:
        """P(x_i ≠ 0)."""
        return 1 / self.n if self.sparsity is None else 1 - self.sparsity

    @property
    def importance(self) -> Floats:
        return np.asarray(self.weights or self.falloff ** np.arange(self.n), dtype=np.float64)

    @property
    def equal(self) -> bool:
        """Whether all features are alike."""
        return bool((self.importance == self.importance[0]).all())

    @property
    def unit(self) -> float:
        """Σ_i I_i E x_i², what no weights at all cost: the unit of losses in a search."""
        return float(self.importance.sum()) * self.density / 3

    @property
    def law(self) -> Law | None:
        return OneHot() if self.sparsity is None else None

    def problem(self, unit: float = 1.0, held: Floats | None = None) -> Problem:
        """K / unit as a function of (W, b). `held`: (n,), biases that stay at a value, nan for the others."""
        fixed = None if held is None else (None, held)
        return given_problem(
            self.n, self.m, self.sparsity, self.law, self.importance / unit, True, 0.0, fixed, True, "relu"
        )


def settings(
    n: int | None = None, m: int | None = None, falloff: float | None = None, one_hot: bool | None = None
) -> Iterator[Setting]:
    """Those of the table, small ones first; of one n, m or falloff, of one law, if given."""
    for features in range(2, MOST_FEATURES + 1):
        for one in (False, True):
            for power in FALLOFFS:
                if (one and features > MOST_ONE_HOT) or (power < 1 and features > MOST_UNEVEN):
                    continue
                for hidden in range(1, min(MOST_HIDDEN, features - 1) + 1):
                    wanted = ((n, features), (m, hidden), (falloff, power), (one_hot, one))
                    if all(given in (None, have) for given, have in wanted):
                        yield from (Setting(features, hidden, power, s) for s in ((None,) if one else SPARSITIES))
