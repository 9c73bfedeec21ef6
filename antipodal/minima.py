"""The atlas at the door: known minima of K by setting, with what the exact route says of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import analytic.loss
from analytic.exact import rational
from analytic.n2m1.bias import Certified, certify
from analytic.winners import winner_at
from numeric.arguments import number, path
from numeric.atlas import AtlasEntry, Fault, Interval, Setting, check_entry
from numeric.atlas import atlas as known_minimum

from .laws import Independent, OneHot, exact_law, exactly, floats, for_floats

_DIGITS = 30
_PROVED = Fraction(1, 10**20)
"""How far above a proved least loss K of floats may lie, in units of Σ I_i E x_i²: rounding moves a minimiser by some 1e-16, and K
by the square of that."""
_ZERO = "K is nowhere negative"
POLYGONS = {5: "pentagon", 6: "hexagon"}
"""Features of which exactly one is active, stored in two dimensions: certificates of `analytic.polygon_proof`."""


def atlas(
    n: int,
    m: int,
    sparsity: Any = None,
    *,
    importance: Any = None,
    law: Any = None,
    nearest: bool = False,
    polish: bool = False,
) -> AtlasEntry | None:
    """The best known minimum of K for n features in m dimensions: `.W`, `.b`, `.loss`, `.sparsity`, `.geometry`, `.status`,
    `.share` of the random starts that reach it, and `.minima`, all that were met. None where the atlas has no entry of exactly
    that setting.

    `sparsity` a number in [0, 1), a law, or None beside a `law`; `importance` None for 1, a number or n numbers. `nearest`: the
    nearest entry of these n, m and law; `.sparsity` says which. `polish`: where that is of another setting, what descents at
    the one asked for reach from there. As `numeric.atlas.atlas`; the documentation says which settings there are.

    >>> from antipodal import atlas
    >>> atlas(5, 2, "9/10").geometry
    'pentagon'
    """
    given, other = for_floats(sparsity, law)
    return known_minimum(
        n, m, given, importance=floats(importance, "importance"), law=other, nearest=nearest, polish=polish
    )


def enclosed(entry: AtlasEntry) -> AtlasEntry:
    """The entry with K at its very W and b, enclosed to 30 digits of Σ I_i E x_i² at the decimal sparsity and importances."""
    return replace(entry, enclosure=_interval(_enclosure(entry), Fraction(entry.setting.unit)))


def proved(entry: AtlasEntry, budget: float = 60) -> AtlasEntry:
    """The entry with the name of what proves that nothing is lower, where there is a proof."""
    if entry.enclosure is None:
        return entry
    middle, radius = map(Fraction, entry.enclosure)
    name, least = _least(entry.setting, budget)
    near = middle + radius - least <= _PROVED * Fraction(entry.setting.unit)
    return replace(entry, proof=name if name and near else None)


def check(entry: AtlasEntry) -> Iterator[Fault]:
    """What is wrong with an entry, by both routes: `numeric.atlas.check_entry`; its enclosure; and whether the catalogue of
    polytopes has something lower, certified.
    """
    yield from check_entry(entry)
    found = _enclosure(entry)
    if entry.enclosure is not None:
        middle, radius = map(Fraction, entry.enclosure)
        if abs(middle - rational(found.midpoint, "midpoint")) > radius + rational(found.radius, "radius"):
            yield Fault(entry.setting, f"its enclosure is {entry.enclosure.midpoint}, computed {found!r}")
    if entry.proof is not None and proved(replace(entry, proof=None)).proof != entry.proof:
        yield Fault(entry.setting, f"it is not proved by {entry.proof}")
    level = polytopes(entry.setting)
    if level is not None and (above := found.midpoint - found.radius - level.midpoint - level.radius) > 0:
        yield Fault(entry.setting, f"the catalogue of polytopes is lower by {float(above):.2g}")


def polytopes(setting: Setting) -> analytic.loss.Enclosure | None:
    """The certified least loss of the packings of the catalogue; None where features are not alike or independent, and where
    two packings tie.
    """
    if setting.sparsity is None or not setting.equal:
        return None
    try:
        return winner_at(setting.n, setting.m, decimal(setting.sparsity)).loss
    except ArithmeticError:
        return None


def decimal(value: float) -> Fraction:
    """The decimal that a setting's float stands for: 0.9 is 9/10."""
    return Fraction(repr(float(value)))


def _enclosure(entry: AtlasEntry) -> analytic.loss.Enclosure:
    setting = entry.setting
    law = OneHot() if setting.sparsity is None else Independent(decimal(setting.sparsity))
    W, b = exactly(entry.W, "W"), exactly(entry.b, "b")
    return analytic.loss.enclose_loss(W, b, exact_law(law), _importance(setting), _DIGITS)


def _importance(setting: Setting) -> tuple[Fraction, ...]:
    return tuple(decimal(setting.falloff) ** i for i in range(setting.n))


def _interval(found: analytic.loss.Enclosure, unit: Fraction) -> Interval:
    """As decimals, rounded outwards."""
    middle, radius = rational(found.midpoint, "midpoint"), rational(found.radius, "radius")
    places = _DIGITS + 1
    while unit * 10 ** (places - _DIGITS) < 1:
        places += 1
    digits = round(middle * 10**places)
    radius += abs(middle - Fraction(digits, 10**places))
    return Interval(_decimals(digits, places), _upwards(radius))


def _decimals(digits: int, places: int) -> str:
    text = f"{abs(digits):0{places + 1}d}"
    return f"{'-' if digits < 0 else ''}{text[:-places]}.{text[-places:]}"


def _upwards(radius: Fraction) -> str:
    """Two digits, at least the radius."""
    if not radius:
        return "0"
    power = 0
    while radius < Fraction(10) ** (1 - power) / 10 ** 0 and radius * Fraction(10) ** power < 10:
        power += 1
    return f"{-(-radius * 10**power // 1)}e-{power}"


def _least(setting: Setting, budget: float) -> tuple[str | None, Fraction]:
    """What proves a least loss, and that loss, or at most what lies below it; (None, 0) where nothing does."""
    if setting.sparsity is None:
        return (_ZERO, Fraction(0))
    if (setting.n, setting.m) == (2, 1) and setting.sparsity:
        found = certify(decimal(setting.sparsity), _importance(setting), budget=budget)  # type: ignore[arg-type]
        if isinstance(found, Certified):
            return f"certify('{decimal(setting.sparsity)}', …)", rational(found.loss_lower, "loss")
    return None, Fraction(0)
