"""The least loss known at a setting, within a bound of time: proved where that is possible, otherwise searched for."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

import numeric.law
from analytic.exact import rational
from analytic.loss import least_linear_loss
from analytic.n2m1.bias import Certified, certify
from analytic.winners import winner_at
from numeric.arguments import Floats
from numeric.atlas import AtlasEntry, atlas
from numeric.geometry import describe
from numeric.minimise import ROUNDING, Packing, bfgs
from numeric.population import value_and_gradient

from .laws import Independent, Law, OneHot, exact_law, exactly, float_law, is_sparsity

_ROUNDED = 9
"""Features up to which the loss has rounding errors alone; beyond, values are off by up to `_NOISE`, one against the other."""
_NOISE = 1e-13
_MOST_PARAMETERS = 4000
_MOST_CATALOGUED = 12
_MOST_EIGENVALUES = 12
_MEMORY = 1 << 27


class Known(NamedTuple):
    """The least loss known. `source`: "certified", "atlas" or "search"; `what` has it, in words; `how` it was come by; `lower`: a
    proved lower bound."""

    value: float
    source: str
    what: str
    how: str
    lower: Fraction | None = None


class _End(NamedTuple):
    """The lowest point of some descents, W_out None where it is Wᵀ; `rested`: whether they came to their ends in time."""

    value: float
    W: Floats
    b: Floats
    W_out: Floats | None = None
    rested: bool = False


class _TimeIsUpError(Exception):
    pass


@dataclass(frozen=True, eq=False)
class Setting:
    """What is judged: W (m, n), b (n,), W_out (n, m) or None for Wᵀ, and importance (n,) in floats under a law of the door; the
    `output` is "relu" or "linear", the `target` "identity" or "absolute"; `until`: time.monotonic().
    """

    W: Floats
    b: Floats
    law: Law
    importance: Floats
    until: float
    W_out: Floats | None = None
    output: str = "relu"
    target: str = "identity"

    @property
    def packing(self) -> Packing:
        m, n = self.W.shape
        return Packing(m, n, tied=self.W_out is None)

    @property
    def start(self) -> Tensor:
        """What is judged, as a row of descents, (1, size)."""
        parts = (None if part is None else torch.from_numpy(part)[None] for part in (self.W, self.b, self.W_out))
        return self.packing.join(*parts)  # type: ignore[arg-type]

    @property
    def left(self) -> float:
        """Seconds."""
        return self.until - time.monotonic()

    @property
    def sparsity(self) -> Fraction | None:
        """That of independent features on [0, 1] if they have one, None for any other law."""
        if not (isinstance(self.law, Independent) and is_sparsity(self.law)):
            return None
        given = self.law.sparsity if isinstance(self.law.sparsity, tuple) else (self.law.sparsity,)
        each = {rational(exactly(s, "sparsity"), "sparsity") for s in given}
        return each.pop() if len(each) == 1 else None

    def descend(self, starts: Tensor) -> _End:
        """The lowest point of descents from rows of `packing` (k, size), which begin, and end when time is up."""
        sparsity, law = float_law(self.law)
        packing = self.packing
        kind: dict[str, Any] = {"law": law, "output": self.output, "target": self.target, "bound_gradient": False}
        best = self._end(np.inf, starts[0])
        unit = self.importance.max() or 1.0  # of losses: a search takes steps of the size of their slopes

        def objective(x: Tensor) -> tuple[Tensor, Tensor]:
            nonlocal best
            if self.left < 0 and np.isfinite(best.value):
                raise _TimeIsUpError
            found = value_and_gradient(
                *packing.split(x), sparsity, self.importance / unit, W_out=packing.out(x), **kind
            )
            k = int(found.value.nan_to_num(torch.inf).argmin())
            if (value := float(found.value[k] * unit)) < best.value:
                best = self._end(value, x[k].clone())
            return found.value, packing.join(*found[1:])

        with suppress(_TimeIsUpError):
            noise = ROUNDING if packing.n <= _ROUNDED else _NOISE
            bfgs(objective, starts, gradient_tolerance=1e-10, noise=noise)
            return best._replace(rested=True)
        return best

    def _end(self, value: float, x: Tensor) -> _End:
        W, b = self.packing.split(x)
        out = self.packing.out(x)
        return _End(value, W.numpy(), b.numpy(), None if out is None else out.numpy())


def least(setting: Setting, starts: int) -> Known | None:
    """The least loss known over all W and b of these shapes; None where the model is too large to search at all."""
    return _certified(setting) or _searched(setting, starts)


def _certified(setting: Setting) -> Known | None:
    """Two features in one dimension, or a linear output that principal components serve best: proved."""
    if setting.output == "linear":
        return _components(setting)
    s = setting.sparsity
    if setting.W_out is not None:
        return None
    if setting.W.shape != (1, 2) or s is None or not 0 < s < 1 or not setting.importance.all() or setting.left <= 0:
        return None
    found = certify(s, exactly(setting.importance, "importance"), budget=setting.left)
    if not isinstance(found, Certified):
        return None
    lower, upper = (rational(bound, "loss") for bound in (found.loss_lower, found.loss_upper))
    return Known(float(upper), "certified", found.phase, "proved: no W and b have less", lower)


def _components(setting: Setting) -> Known | None:
    """A tied model does as well as an untied one where all importances are equal. Of targets x alone, or of |x| = x."""
    m, n = setting.W.shape
    alike = len(set(setting.importance.tolist())) == 1
    if n > _MOST_EIGENVALUES or (setting.W_out is None and not alike):
        return None
    rule = exact_law(setting.law, taken=True)
    if setting.target == "absolute" and any(part.low < 0 for one in rule.magnitudes(n) for part in one.parts):
        return None
    weight = [rational(one, "importance") for one in exactly(setting.importance, "importance")]
    found = least_linear_loss(n, m, rule, weight)
    lower = rational(found, "least") if found.is_Rational else None
    return Known(
        max(0.0, float(found)), "certified", "principal components", "proved: no W, W_out and b have less", lower
    )


def _searched(setting: Setting, starts: int) -> Known | None:
    if setting.packing.size > _MOST_PARAMETERS:
        return _catalogued(setting)
    half = replace(setting, until=setting.until - setting.left / 2)
    best = half.descend(setting.start)
    found, done = "found downhill of the W given", 0
    near = _in_atlas(setting, nearest=True)
    if near and _in_atlas(setting, nearest=False):
        return _of_atlas(setting, near, best)
    for size, end in _descents(setting, starts, near):
        done += size if end.rested else 0
        if end.value < best.value - 1e-12 * (1 + abs(best.value)):
            found, best = "found from a random start" if size else "found from the atlas", end
    found += "" if best.rested else ", in a descent that was cut short"
    if not np.isfinite(best.value):
        return _catalogued(setting)
    searched = f"{done} of {starts} starts searched to the end, nothing proved"
    packing = _catalogued(setting)
    if packing and packing.value < best.value - 1e-10 * (1 + best.value):
        return packing._replace(how=f"{packing.how}; {searched}")
    what = str(describe(best.W, best.b)) if setting.W_out is None else "untied"
    return Known(best.value, "search", what, f"{found}; {searched}")


def _in_atlas(setting: Setting, *, nearest: bool) -> AtlasEntry | None:
    """The entry of the setting, or the nearest one, features in order of their importance, the largest of which is 1."""
    m, n = setting.W.shape
    one, s = setting.law == OneHot(), setting.sparsity
    tied = setting.W_out is None and setting.output == "relu"
    if not (tied and setting.importance.all() and (one or (s is not None and s < 1))):
        return None
    weight = np.sort(setting.importance / setting.importance.max())[::-1]
    law = numeric.law.OneHot() if one else None
    return atlas(n, m, None if s is None else float(s), importance=weight, law=law, nearest=nearest)


def _of_atlas(setting: Setting, entry: AtlasEntry, best: _End) -> Known:
    """The entry, unless the descent from the weights given has come lower."""
    value = entry.loss * float(setting.importance.max())
    if best.value < value - 1e-10 * (1 + value):
        what = str(describe(best.W, best.b))
        return Known(best.value, "search", what, "found downhill of the W given, below the atlas")
    return Known(value, "atlas", entry.geometry, f"{entry.status}, and downhill of the W given nothing lower")


def _descents(setting: Setting, starts: int, near: AtlasEntry | None) -> Iterator[tuple[int, _End]]:
    """How many random starts, and the lowest end of them, while time lasts; first, as none, the nearest of the atlas."""
    packing = setting.packing
    if near and setting.left > 0:
        order = np.argsort(np.argsort(-setting.importance, kind="stable"))
        known = [torch.from_numpy(part[..., order].copy())[None] for part in (near.W, near.b)]
        yield 0, setting.descend(packing.join(*known))
    done, size, cost = 0, 1, 0.0
    most = max(1, _MEMORY // (8 * packing.size**2))
    while done < starts and setting.left > 0:
        size = max(1, min(size, most, starts - done, int(setting.left / cost) if cost else 1))
        begun = time.monotonic()
        flat = packing.family.initial(packing.n, packing.m, range(done, done + size), bias=True)
        W, V, b = packing.family.split(flat, size, packing.n, packing.m)
        assert b is not None
        yield size, setting.descend(packing.join(W, b, V))
        cost = (time.monotonic() - begun) / size
        done, size = done + size, 4 * size


def _catalogued(setting: Setting) -> Known | None:
    """The best packing of polytopes, for features that are alike."""
    m, n = setting.W.shape
    alike = setting.sparsity is not None and setting.sparsity < 1 and len(set(setting.importance.tolist())) == 1
    alike = alike and setting.W_out is None and setting.output == "relu"
    if not alike or n > _MOST_CATALOGUED or setting.left <= 0:
        return None
    with suppress(ArithmeticError):  # where two packings tie
        winner = winner_at(n, m, setting.sparsity)
        value = float(winner.loss.midpoint) * float(setting.importance[0])
        return Known(value, "search", winner.packing.name, "the best packing of polytopes of the catalogue")
    return None
