"""An entry of the atlas: a setting, its distinct minima, and what is known of the lowest; as JSON to the last bit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ..arguments import Floats, shown
from ..metrics import feature_dimensionality
from ..printed import html_table
from .setting import Setting

SAME = 1e-9
"""By how much a loss must be lower to be lower, in units of Σ I_i E x_i²."""
GRADIENT = 1e-7
"""The largest entry that the gradient of a minimum may have, in the same units."""


class Inertia(NamedTuple):
    """Curvatures of K at a point, rotations of the hidden space apart: how many are positive, zero and negative."""

    positive: int
    zero: int
    negative: int


class Interval(NamedTuple):
    """Decimals: K of the very weights lies within `radius` of `midpoint`."""

    midpoint: str
    radius: str


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class AtlasMinimum:
    """One distinct minimum: `loss` K, `W` (m, n), `b` (n,), `hits` of the random starts came here, `gradient` the largest entry
    of its gradient, `inertia`, and `geometry`, what `numeric.geometry.describe` says.
    """

    loss: float
    W: Floats
    b: Floats
    hits: int
    gradient: float
    inertia: Inertia
    geometry: str

    def __float__(self) -> float:
        return self.loss

    def __repr__(self) -> str:
        return f"AtlasMinimum: {self.loss:.10g}, {self.geometry}, from {self.hits} starts"


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class AtlasEntry:
    """The best known minimum of K at one setting, and the others that were met.

    `minima`: distinct ones, lowest first, up to rotations, permutations of equal features, and continua of one loss; `starts`:
    how many random models descended. `enclosure`: of K at the very floats `W` and `b`, None where it was not computed. `proof`:
    the call that proves that nothing is lower by more than `SAME` of Σ I_i E x_i², or None; `certificate`: its file in
    analytic/certificates, for `python -m verify.certificate`, None where K ≥ 0 is proof enough. `polished`: whether this is the
    descent from an entry of another sparsity or other importances, and no entry itself.

    >>> from numeric.atlas import atlas
    >>> atlas(5, 2, 0.9)
    AtlasEntry: n = 5, m = 2, s = 0.9: 0.02630513112, pentagon, best of 24 starts
    """

    setting: Setting
    minima: tuple[AtlasMinimum, ...]
    starts: int
    enclosure: Interval | None = None
    proof: str | None = None
    certificate: str | None = None
    polished: bool = False

    @property
    def n(self) -> int:
        return self.setting.n

    @property
    def m(self) -> int:
        return self.setting.m

    @property
    def sparsity(self) -> float | None:
        """None where exactly one feature is active."""
        return self.setting.sparsity

    @property
    def importance(self) -> Floats:
        """(n,)"""
        return self.setting.importance

    @property
    def W(self) -> Floats:
        """(m, n)"""
        return self.minima[0].W

    @property
    def b(self) -> Floats:
        """(n,)"""
        return self.minima[0].b

    @property
    def loss(self) -> float:
        """K"""
        return self.minima[0].loss

    @property
    def gradient(self) -> float:
        """The largest entry of the gradient of K at W and b."""
        return self.minima[0].gradient

    @property
    def inertia(self) -> Inertia:
        return self.minima[0].inertia

    @property
    def geometry(self) -> str:
        """What `numeric.geometry.describe` says of W."""
        return self.minima[0].geometry

    @property
    def dimensionality(self) -> Floats:
        """D_i, (n,)"""
        return np.asarray(feature_dimensionality(self.W))

    @property
    def share(self) -> float:
        """Of the random starts, those that reached the lowest loss, in this minimum or another of the same loss."""
        level = self.loss + SAME * self.setting.unit
        return sum(one.hits for one in self.minima if one.loss <= level) / max(1, self.starts)

    @property
    def status(self) -> str:
        """ "proved", or "best of 64 starts" (and of the candidates beside them)."""
        if self.polished:
            return "polished from a neighbour"
        return "proved" if self.proof else f"best of {self.starts} starts"

    def __float__(self) -> float:
        """The loss."""
        return self.loss

    def __repr__(self) -> str:
        return f"AtlasEntry: {self.setting.name}: {self.loss:.10g}, {self.geometry}, {self.status}"

    def _repr_html_(self) -> str:
        rows = [(f"{one.loss:.10g}", one.geometry, f"{one.hits} of {self.starts}") for one in self.minima]
        return html_table(("loss", "geometry", "random starts"), rows)


def as_json(entry: AtlasEntry) -> dict[str, Any]:
    """Numbers, texts and lists; floats are written so that they are read as the same bits."""
    return {
        "n": entry.n,
        "m": entry.m,
        "falloff": entry.setting.falloff,
        "sparsity": entry.sparsity,
        "starts": entry.starts,
        "enclosure": None if entry.enclosure is None else list(entry.enclosure),
        "proof": entry.proof,
        "certificate": entry.certificate,
        "minima": [
            {
                "loss": one.loss,
                "W": one.W.tolist(),
                "b": one.b.tolist(),
                "hits": one.hits,
                "gradient": one.gradient,
                "inertia": list(one.inertia),
                "geometry": one.geometry,
            }
            for one in entry.minima
        ],
    }


def from_json(read: Any) -> AtlasEntry:
    """What `as_json` wrote. ValueError, with what is wrong, for anything else."""
    try:
        setting = Setting(int(read["n"]), int(read["m"]), float(read["falloff"]), _sparsity(read["sparsity"]))
        minima = tuple(_minimum(one, setting) for one in read["minima"])
        enclosure = None if read["enclosure"] is None else Interval(*map(str, read["enclosure"]))
        proof, certificate = (None if read.get(key) is None else str(read[key]) for key in ("proof", "certificate"))
        starts = int(read["starts"])
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
        raise ValueError(
            f"an entry must be as `antipodal atlas build` writes it, got {shown(read)} ({error})"
        ) from None
    if not minima:
        raise ValueError(f"an entry must have a minimum, got none for {setting.name}")
    return AtlasEntry(
        setting=setting, minima=minima, starts=starts, enclosure=enclosure, proof=proof, certificate=certificate
    )


def _sparsity(given: Any) -> float | None:
    return None if given is None else float(given)


def _minimum(read: Mapping[str, Any], setting: Setting) -> AtlasMinimum:
    W, b = np.array(read["W"], dtype=np.float64), np.array(read["b"], dtype=np.float64)
    if (
        W.shape != (setting.m, setting.n)
        or b.shape != (setting.n,)
        or not (np.isfinite(W).all() and np.isfinite(b).all())
    ):
        raise ValueError(f"W and b must be finite and of shape {(setting.m, setting.n)} and {(setting.n,)}")
    return AtlasMinimum(
        loss=float(read["loss"]),
        W=W,
        b=b,
        hits=int(read["hits"]),
        gradient=float(read["gradient"]),
        inertia=Inertia(*map(int, read["inertia"])),
        geometry=str(read["geometry"]),
    )
