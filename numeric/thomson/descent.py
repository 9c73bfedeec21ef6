r"""One descent of points on a sphere: where it starts, L-BFGS, Newton's iteration in the tangent spaces.

L-BFGS minimises x ↦ E(x/|x|), values and gradients from the Gram matrix. Newton's iteration has the exact Hessian on the sphere;
its zero modes, rotations among them, are left out of the step. What rests on a saddle is pushed off and descends on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from ..arguments import Floats
from .pair_energy import Energy
from .sphere_energy import Objective, scaled, tangent_bases

SINGULAR = 1e-8
"""Share of the largest eigenvalue below which one counts as zero: rounding leaves about 1e-14 of it."""
_SADDLE = 1e-6
"""Share of it that a negative eigenvalue must have to be one."""
_PUSH, _ESCAPES = 0.05, 4
"""How far a point is pushed off a saddle, in radians for all points together, and how often."""
_ROUNDING = 64 * float(np.finfo(np.float64).eps)
_ENOUGH = 1e-14
_NEWTON_STEPS, _SHORTER = 40, 4
_SHRINKS = 0.75
"""Share of the gradient that a Newton step may leave: a full one leaves nearly none, half a step half."""
_TOUCHING = 1e-6
"""How far below a jump of φ″ a descent may leave a pair whose place is at the jump."""
_MOVED, _SITES, _LOW_SITES = 3, 256, 8
"""A hop moves three points, each to one of the eight best of 256 random sites."""


class End(NamedTuple):
    """Where a descent ended: its energy and points (n, dim)."""

    value: float
    units: Floats


class Polished(NamedTuple):
    """After Newton's iteration: points (n, dim), gradient in the tangent spaces (n(dim − 1),), eigenvalues of the Hessian, in
    order, and its modes in the columns.
    """

    units: Floats
    gradient: Floats
    spectrum: Floats
    modes: Floats

    @property
    def norm(self) -> float:
        return float(np.abs(self.gradient).max())

    @property
    def zero(self) -> NDArray[np.bool_]:
        """Which eigenvalues vanish."""
        return np.asarray(np.abs(self.spectrum) <= SINGULAR * np.abs(self.spectrum).max())


class Problem:
    """n points on the unit sphere of R^dim, dim ≥ 2, under one energy."""

    def __init__(self, n: int, dim: int, pair: Energy) -> None:
        self.shape = (n, dim)
        self.objective = Objective(n, dim, pair)
        self._smooth = pair.smooth
        self._sides = (0.0,) if pair.smooth else (_TOUCHING, 0.0)

    def start(self, random: np.random.Generator) -> Floats:
        """Uniform random points."""
        return scaled(random.normal(size=self.shape))

    def hop(self, units: Floats, random: np.random.Generator) -> Floats:
        """`units` with a few points, one after another, moved to one of the sites where the others' potential is low."""
        units = units.copy()
        n, dim = self.shape
        for k in random.choice(n, size=min(_MOVED, n - 1), replace=False):
            sites = scaled(random.normal(size=(_SITES, dim)))
            potential = self.objective.potential(sites, np.delete(units, k, axis=0))
            units[k] = sites[random.choice(np.argsort(potential)[:_LOW_SITES])]
        return units

    def descend(self, units: Floats) -> End:
        """L-BFGS until Newton's iteration can take over: at a gradient of 1e-5 or a value that hardly falls. Where φ″ jumps, as
        far as it gets, so that pairs at the jump can be told from pairs near it.
        """
        stop = {"ftol": 1e-14, "gtol": 1e-5} if self._smooth else {"ftol": 0.0, "gtol": 1e-12}
        options = {"maxiter": 20_000, "maxfun": 100_000, **stop}
        found = minimize(self.objective, units.ravel(), jac=True, method="L-BFGS-B", options=options)
        return End(float(found.fun), scaled(found.x.reshape(self.shape)))

    def polish(self, units: Floats) -> Polished:
        """Newton's iteration; from a saddle a push along its most negative mode, and again."""
        polished = self._newton(units)
        for _ in range(_ESCAPES):
            if polished.spectrum[0] >= -_SADDLE * np.abs(polished.spectrum).max():
                break
            pushed = moved(polished.units, _PUSH * polished.modes[:, 0])
            polished = self._newton(self.descend(pushed).units)
        return polished

    def attainable(self, units: Floats) -> float:
        """What rounding may leave of a gradient: 64 eps of the largest force Σ_j |φ′|."""
        return _ROUNDING * self.objective.force(units)

    def _newton(self, units: Floats) -> Polished:
        """Steps along the modes that curve, shortened where that is too far, until the gradient is rounding or nothing helps."""
        here = self._expand(units, self._sides[0])
        enough = max(_ENOUGH, self.attainable(units) / 16)
        for _ in range(_NEWTON_STEPS):
            better = None
            if here.norm > enough:
                better = next((trial for trial in self._trials(here) if self._improves(here, trial)), None)
            if better is None:
                break
            here = self._expand(better, self._sides[0])
        return here

    def _trials(self, here: Polished) -> Iterator[Floats]:
        for side in self._sides:
            there = here if side == self._sides[0] else self._expand(here.units, side)
            basis, curvatures = there.modes[:, ~there.zero], there.spectrum[~there.zero]
            step = -basis @ ((basis.T @ here.gradient) / curvatures)
            yield from (moved(here.units, step / 2**k) for k in range(_SHORTER))

    def _improves(self, here: Polished, trial: Floats) -> bool:
        """A smaller gradient; or less energy by more than rounding, since a step along a soft mode bends away from the stiff
        ones, and the gradient grows before it shrinks.
        """
        if np.abs(self._gradient(trial)).max() < _SHRINKS * here.norm:
            return True
        value = self.objective(here.units.ravel())[0]
        return self.objective(trial.ravel())[0] < value - _ROUNDING * (1 + abs(value))

    def _gradient(self, units: Floats) -> Floats:
        return np.asarray(np.einsum("ida,id->ia", tangent_bases(units), self.objective.gradient(units)).ravel())

    def _expand(self, units: Floats, side: float) -> Polished:
        return Polished(units, self._gradient(units), *np.linalg.eigh(self.objective.hessian(units, side)))


def moved(units: Floats, step: Floats) -> Floats:
    """`units` after a step (n(dim − 1),) in their tangent bases, and back to the sphere."""
    n, dim = units.shape
    return scaled(units + np.einsum("ida,ia->id", tangent_bases(units), step.reshape(n, dim - 1)))
