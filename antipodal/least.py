"""The least loss known at a setting, within a bound of time: proved where that is possible, otherwise searched for."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

from analytic.exact import rational
from analytic.n2m1.bias import Certified, certify
from analytic.winners import winner_at
from numeric.arguments import Floats
from numeric.geometry import describe
from numeric.minimise import minimise_loss
from numeric.model import initial_weights
from numeric.population import value_and_gradient

from .laws import Independent, Law, exactly, float_law

_POLISHED = 9
"""Features up to which second derivatives cost little beside a descent: `minimise_loss` polishes its minima with them."""
_MOST_PARAMETERS = 4000
_MOST_CATALOGUED = 12
_MEMORY = 1 << 27


class Known(NamedTuple):
    """The least loss known. `source`: "certified" or "search"; `what` has it, in words; `how` it was come by; `lower`: a
    proved lower bound."""

    value: float
    source: str
    what: str
    how: str
    lower: Fraction | None = None


class _End(NamedTuple):
    value: float
    W: Floats
    b: Floats


class _TimeIsUpError(Exception):
    pass


@dataclass(frozen=True, eq=False)
class Setting:
    """What is judged: W (m, n), b (n,) and importance (n,) in floats under a law of the door; `until`: time.monotonic()."""

    W: Floats
    b: Floats
    law: Law
    importance: Floats
    until: float

    @property
    def left(self) -> float:
        """Seconds."""
        return self.until - time.monotonic()

    @property
    def sparsity(self) -> Fraction | None:
        """That of independent features if they have one, None for any other law."""
        if not isinstance(self.law, Independent):
            return None
        given = self.law.sparsity if isinstance(self.law.sparsity, tuple) else (self.law.sparsity,)
        each = {rational(exactly(s, "sparsity"), "sparsity") for s in given}
        return each.pop() if len(each) == 1 else None

    def in_time(self, share: float = 0) -> None:
        """Raises when time is up: to be called now and then."""
        if self.left < 0:
            raise _TimeIsUpError

    def descend(self, W: Floats, b: Floats) -> _End:
        """K, W and b at the lowest point of a descent from there, ended early when time is up."""
        sparsity, law = float_law(self.law)
        m, n = W.shape
        best = _End(np.inf, W, b)
        unit = self.importance.max() or 1.0  # of losses: a search takes steps of the size of their slopes

        def loss(x: Floats) -> tuple[float, Floats]:
            nonlocal best
            self.in_time()
            here = x[: m * n].reshape(m, n), x[m * n :]
            found = value_and_gradient(*here, sparsity, self.importance / unit, law=law)
            if found.value * unit < best.value:
                best = _End(float(found.value * unit), *(part.copy() for part in here))
            return float(found.value), np.concatenate([found.W.ravel(), found.b])

        with suppress(_TimeIsUpError):
            options = {"maxiter": 5000, "maxfun": 20_000, "ftol": 0.0, "gtol": 1e-10}
            minimize(loss, np.concatenate([W.ravel(), b]), jac=True, method="L-BFGS-B", options=options)
        return best


def least(setting: Setting, starts: int) -> Known | None:
    """The least loss known over all W and b of these shapes; None where the model is too large, or time, to search at all."""
    return _certified(setting) or _searched(setting, starts)


def _certified(setting: Setting) -> Known | None:
    """Two features in one dimension: proved."""
    s = setting.sparsity
    if setting.W.shape != (1, 2) or s is None or not 0 < s < 1 or not setting.importance.all() or setting.left <= 0:
        return None
    found = certify(s, exactly(setting.importance, "importance"), budget=setting.left)
    if not isinstance(found, Certified):
        return None
    lower, upper = (rational(bound, "loss") for bound in (found.loss_lower, found.loss_upper))
    return Known(float(upper), "certified", found.phase, "proved: no W and b have less", lower)


def _searched(setting: Setting, starts: int) -> Known | None:
    if setting.W.size + setting.W.shape[1] > _MOST_PARAMETERS:
        return _catalogued(setting)
    half = replace(setting, until=setting.until - setting.left / 2)
    best = half.descend(setting.W, setting.b)
    found, done = "found downhill of the W given", 0
    for size, end in _descents(setting, starts):
        done += size
        if end.value < best.value - 1e-12 * (1 + abs(best.value)):
            found, best = "found from a random start", end
    if not np.isfinite(best.value):
        return _catalogued(setting)
    searched = f"{done} of {starts} starts searched, nothing proved"
    packing = _catalogued(setting)
    if packing and packing.value < best.value - 1e-10 * (1 + best.value):
        return packing._replace(how=f"{packing.how}; {searched}")
    return Known(best.value, "search", str(describe(best.W, best.b)), f"{found}; {searched}")


def _descents(setting: Setting, starts: int) -> Iterator[tuple[int, _End]]:
    """How many starts, and the lowest end of them, while time lasts."""
    m, n = setting.W.shape
    if n > _POLISHED:
        for seed in range(starts):
            if setting.left <= 0:
                return
            yield 1, setting.descend(initial_weights(n, m, [seed])[0].numpy(), np.zeros(n))
        return
    sparsity, law = float_law(setting.law)
    done, size, cost = 0, 1, 0.0
    most = max(1, _MEMORY // (8 * (m * n + n) ** 2))
    while done < starts:
        size = min(size, most, starts - done, int(setting.left / cost) if cost else 1)
        if size < 1:
            return
        begun = time.monotonic()
        try:
            found = minimise_loss(
                n, m, sparsity, law=law, importance=setting.importance, starts=size, seed=done, progress=setting.in_time
            )
        except _TimeIsUpError:
            return
        yield size, _End(found.value, found.W, found.b)
        cost = (time.monotonic() - begun) / size
        done, size = done + size, 4 * size


def _catalogued(setting: Setting) -> Known | None:
    """The best packing of polytopes, for features that are alike."""
    m, n = setting.W.shape
    alike = setting.sparsity is not None and setting.sparsity < 1 and len(set(setting.importance.tolist())) == 1
    if not alike or n > _MOST_CATALOGUED or setting.left <= 0:
        return None
    with suppress(ArithmeticError):  # where two packings tie
        winner = winner_at(n, m, setting.sparsity)
        value = float(winner.loss.midpoint) * float(setting.importance[0])
        return Known(value, "search", winner.packing.name, "the best packing of polytopes of the catalogue")
    return None
