"""What every minimiser returns: distinct minima in order of value, and how many runs came to each."""

from __future__ import annotations

from dataclasses import dataclass

from .arguments import Floats
from .printed import html_table


@dataclass(frozen=True)
class Minimum:
    """One distinct end point: `count` runs came here. `gradient_norm` is the largest entry of the gradient,
    leaving out entries that push against a bound; `converged` says that it reached the tolerance.

    >>> import numpy as np
    >>> Minimum(0.5, np.zeros(2), 0.0, 3, False)
    Minimum: 0.5, from 3 starts, not converged
    """

    value: float
    point: Floats
    gradient_norm: float
    count: int
    converged: bool

    def __float__(self) -> float:
        return self.value

    def __repr__(self) -> str:
        rest = "" if self.converged else ", not converged"
        return f"{type(self).__name__}: {self.value:.10g}, from {self.count} starts{rest}"


@dataclass(frozen=True)
class Solution:
    """Distinct minima in order of value. `unconverged` counts the runs that did not reach the gradient
    tolerance, whichever minimum they are counted under.
    """

    minima: tuple[Minimum, ...]
    unconverged: int

    def __float__(self) -> float:
        return self.value

    def __repr__(self) -> str:
        counts = f"{len(self.minima)} distinct, {self.unconverged} starts not converged"
        return f"{type(self).__name__}: {self.value:.10g}, the lowest of {counts}"

    def _repr_html_(self) -> str:
        rows = [(f"{one.value:.10g}", one.count, one.converged, f"{one.gradient_norm:.1g}") for one in self.minima]
        return html_table(("value", "starts", "converged", "largest gradient entry"), rows)

    @property
    def value(self) -> float:
        """The lowest of the minima's values, converged or not: `converged` tells."""
        return self.minima[0].value

    @property
    def point(self) -> Floats:
        return self.minima[0].point

    @property
    def converged(self) -> bool:
        return self.minima[0].converged
