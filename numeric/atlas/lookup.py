"""An entry by its setting, the nearest one, and a descent from there."""

from __future__ import annotations

from dataclasses import replace
from math import log
from typing import Any

import numpy as np
import torch

from ..arguments import flag, importance_row, number, shown, sizes_known, whole
from ..law import Law, OneHot
from ..minimise import Packing
from .entry import AtlasEntry
from .search import Starts, minima_from
from .setting import FALLOFFS, Setting
from .table import shipped

_SAME = 1e-12
"""Within which sparsities and importances are those of an entry."""


@sizes_known()
def atlas(
    n: int,
    m: int,
    sparsity: float | None = None,
    *,
    importance: Any = None,
    law: Law | None = None,
    nearest: bool = False,
    polish: bool = False,
) -> AtlasEntry | None:
    """The best known minimum of K for n features in m dimensions at a sparsity in [0, 1), or under `law` OneHot(); None where
    the table has no entry of exactly that setting.

    `importance`: None for 1, a number or n numbers; the table has 1 and, up to six features, 0.9^i. `nearest`: the entry of
    these n, m and law with the nearest importances, and of those the one with the nearest density, by ratio; `.sparsity` says
    which. `polish`: where the setting asked for is another, the lowest ends of descents at it from the minima of the nearest
    entry. ValueError on bad input.

    >>> atlas(5, 2, 0.9).geometry
    'pentagon'
    >>> atlas(5, 2, 0.91) is None
    True
    >>> atlas(5, 2, 0.91, nearest=True).sparsity
    0.9
    """
    wanted = _asked(n, m, sparsity, importance, law)
    nearest, polish = flag("nearest", nearest), flag("polish", polish)
    entries = [entry for entry in shipped(n, m).values() if (entry.sparsity is None) == (wanted.sparsity is None)]
    if not entries:
        return None
    found = min(entries, key=lambda entry: _distance(wanted, entry.setting))
    if _exactly(wanted, found.setting) or (nearest and not polish):
        return found
    return polished_at(wanted, found) if polish else None


def polished_at(wanted: Setting, entry: AtlasEntry) -> AtlasEntry:
    """The minima that descents reach at another setting of these n and m from those of an entry."""
    packing = Packing(wanted.m, wanted.n)
    W, b = (torch.from_numpy(np.stack(parts)) for parts in zip(*((one.W, one.b) for one in entry.minima), strict=True))
    (minima,) = minima_from([wanted], Starts.everywhere(packing.join(W, b), 1))
    return AtlasEntry(setting=wanted, minima=tuple(minima), starts=0, polished=True)


def _asked(n: Any, m: Any, sparsity: Any, importance: Any, law: Any) -> Setting:
    """The setting of a call, with importances of its own where they are none of the table's."""
    n, m = whole("n", n, 1), whole("m", m, 1)
    if law is not None and not (isinstance(law, OneHot) and law == OneHot()):
        raise ValueError(f"law must be None or OneHot(): the atlas has no other, got {shown(law)}")
    if (law is None) == (sparsity is None):
        given = f"{shown(sparsity)} and law {shown(law)}"
        raise ValueError(f"sparsity must be a number, and None beside a law, got {given}")
    s = None if sparsity is None else number("sparsity", sparsity, "[0, 1)")
    row = importance_row(importance, n)
    if not row.all():
        raise ValueError(f"importance must be positive, got {shown(importance)}")
    falloff = next((one for one in FALLOFFS if np.abs(one ** np.arange(n) - row).max() <= _SAME), None)
    if falloff is None:
        return Setting(n, m, 1.0, s, tuple(row.tolist()))
    return Setting(n, m, falloff, s)


def _distance(wanted: Setting, other: Setting) -> tuple[float, float]:
    """First of importances, then of densities."""
    apart = float(np.abs(np.log(wanted.importance) - np.log(other.importance)).max())
    return apart, abs(log(wanted.density / other.density))


def _exactly(wanted: Setting, other: Setting) -> bool:
    same = wanted.sparsity is None or abs(wanted.sparsity - (other.sparsity or 0.0)) <= _SAME
    return same and replace(wanted, sparsity=None) == replace(other, sparsity=None)
