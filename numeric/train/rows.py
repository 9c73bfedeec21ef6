"""Settings in which the models of one stack may differ: one value for each model, or values along axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any

from ..arguments import Row, choice, instance, shown
from ..law import UNIT, Law, blocks, grouped, is_grouped, magnitudes, moments
from ..sample.structured import shape

PER_MODEL = ("sparsity", "law", "importance", "learning_rate")
"""Beside their seeds."""


def checked_axes(axes: Mapping[str, Sequence[Any]]) -> Mapping[str, Sequence[Any]]:
    """Those of `TrainConfig.product`: names in `PER_MODEL`, with at least one value each."""
    instance("axes", axes, Mapping, "a mapping from names of settings to values")  # type: ignore[type-abstract]
    for name, values in axes.items():
        choice("axes", name, PER_MODEL)
        if isinstance(values, str) or not isinstance(values, Sequence) or not values:
            raise ValueError(f"axes must have a sequence of values of {name}, got {shown(values)}")
    return axes


def unmistakable(importance: tuple[Row, ...] | None, n: int) -> tuple[Row, ...] | None:
    """Models' importances, each number as a row where `TrainConfig` would ask what is meant."""
    if importance is None or not like_a_row(importance, n):
        return importance
    return tuple((float(value),) * n for value in importance if isinstance(value, Real))


def like_a_row(importance: tuple[Row, ...], n: int) -> bool:
    return len(importance) == n and all(isinstance(value, Real) for value in importance) and len(set(importance)) > 1


def check_law(law: Law, n: int, signed: bool) -> None:
    """ValueError where a law does not fit n features, or its values cannot have a random sign."""
    if is_grouped(law):
        grouped(law, None, n)
        return
    each = magnitudes(law, n)
    if not moments(blocks(law, n), n).each.any():
        raise ValueError("law must have features that are active at times: otherwise every feature is always 0")
    if signed and set(each) != {UNIT}:
        raise ValueError(
            f"signed must be False beside a magnitude, which may have signs of its own, got True and {law}"
        )


def alike(first: Any, law: Any, n: int) -> bool:
    """Whether two laws can be those of one stack: of one kind, with the same groups, edges, numbers of active features and
    magnitudes."""
    if type(first) is not type(law) or getattr(first, "groups", None) != getattr(law, "groups", None):
        return False
    if not isinstance(law, Law) or (is_grouped(first) and is_grouped(law)):
        return True
    return not (is_grouped(first) or is_grouped(law)) and shape(first, n) == shape(law, n)
