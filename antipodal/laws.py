"""The laws of the features at the door: one object for both routes, of which each builds its own form.

Numbers are exact (int, Fraction, SymPy Rational, a string such as "9/10"), and then serve both routes, or floats, which the
exact route refuses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from math import isfinite
from typing import Any, TypeAlias

from numpy import ndarray

from analytic.exact import Exact

Number: TypeAlias = Any
"""An int, a Fraction, a SymPy Rational, a string such as "9/10", or a float."""
Groups: TypeAlias = Sequence[Sequence[int]]


@dataclass(frozen=True)
class Independent:
    """Feature i is 0 with probability s_i, independently, else uniform on [0, 1]. `sparsity`: one number, or one for each.

    >>> from antipodal import Independent, exact_loss, loss
    >>> exact_loss([[1, -1]], [0, 0], Independent("1/2")), round(loss([[1, -1]], [0, 0], Independent("1/2")), 12)
    (1/12, 0.083333333333)
    """

    sparsity: Exact | float | Sequence[Exact | float]

    def __post_init__(self) -> None:
        if isinstance(self.sparsity, list):
            object.__setattr__(self, "sparsity", tuple(self.sparsity))
        exact_law(self, taken=True)


@dataclass(frozen=True)
class OneHot:
    """Exactly one feature is active, each as likely as any other.

    >>> from antipodal import OneHot, exact_loss
    >>> exact_loss([[1, 0, -1], [0, 1, 0]], [0, 0, 0], OneHot())
    0
    """


@dataclass(frozen=True)
class _Grouped:
    """Independent sets of features; `groups` partition 0, …, n − 1, `sparsity` is P(a set is off)."""

    groups: Groups
    sparsity: Number

    def __post_init__(self) -> None:
        object.__setattr__(self, "groups", exact_law(self, taken=True).groups)


class Correlated(_Grouped):
    """The features of a set are all on with probability 1 − s, otherwise all off; sets are independent.

    >>> from antipodal import Correlated, exact_loss
    >>> exact_loss([[1, 1]], [0, 0], Correlated([(0, 1)], "1/2"))
    1/3
    """


class Anticorrelated(_Grouped):
    """With probability 1 − s exactly one feature of a set is on, each as likely; sets are independent.

    >>> from antipodal import Anticorrelated, exact_loss
    >>> exact_loss([[1, -1]], [0, 0], Anticorrelated([(0, 1)], "1/2"))
    0
    """


Law: TypeAlias = Independent | OneHot | Correlated | Anticorrelated


def exact_law(law: Law | _Grouped, *, taken: bool = False) -> Any:
    """The form of `analytic.law`. `taken`: a float is taken for the rational number that it is, instead of refused."""
    import analytic.law

    numbers = {part.name: getattr(law, part.name) for part in fields(law)}
    if taken and "sparsity" in numbers:
        numbers["sparsity"] = exactly(numbers["sparsity"], "sparsity")
    return getattr(analytic.law, type(law).__name__)(**numbers)


def float_law(law: Law) -> tuple[Any, Any]:
    """The form of `numeric`: a sparsity for independent features, otherwise a law of `numeric.law`; None for the other."""
    import numeric.law

    if isinstance(law, Independent):
        return floats(law.sparsity, "sparsity"), None
    if isinstance(law, OneHot):
        return None, numeric.law.OneHot()
    return None, getattr(numeric.law, type(law).__name__)(law.groups, floats(law.sparsity, "sparsity"))


def the_law(sparsity: Any, law: Any) -> Any:
    """What a call is about: its `law`, which may also come as its `sparsity`, otherwise the sparsity as it came."""
    if sparsity is None and law is None:
        raise ValueError("sparsity must be a number, one for each feature, or a law, got None, and law None beside it")
    if sparsity is not None and law is not None:
        raise ValueError(f"sparsity must be None beside a law, got {sparsity!r} and law {law!r}")
    return sparsity if law is None else law


def for_exact(sparsity: Any, law: Any) -> Any:
    """The law of a call, for `analytic`."""
    found = the_law(sparsity, law)
    if law is None and not isinstance(found, Law):
        found = Independent(found)
    return exact_law(found) if isinstance(found, Law) else found


def for_floats(sparsity: Any, law: Any) -> tuple[Any, Any]:
    """The sparsity and the law of a call, for `numeric`, one of them None."""
    found = the_law(sparsity, law)
    if isinstance(found, Law):
        return float_law(found)
    return (floats(found, "sparsity"), None) if law is None else (None, found)


def floats(values: Any, name: str) -> Any:
    """The same, with floats in place of strings."""
    if isinstance(values, list | tuple):
        return [floats(value, name) for value in values]
    if not isinstance(values, str):
        return values
    from analytic.exact import rational

    try:
        return float(rational(values, name))
    except OverflowError:
        raise ValueError(f"{name} must be within the range of a float, got {values!r}") from None


def exactly(values: Any, name: str) -> Any:
    """The same, with every float, and every entry of an array, the rational number that it is."""
    if isinstance(values, list | tuple):
        return tuple(exactly(value, name) for value in values)
    if isinstance(values, ndarray) and values.dtype.kind in "if":
        return exactly(values.tolist(), name)
    if not isinstance(values, float):
        return values
    if not isfinite(values):
        raise ValueError(f"{name} must be finite, got {values}")
    if name == "sparsity" and not 0 <= values <= 1:
        raise ValueError(f"sparsity must lie in [0, 1], got {values}")
    return Fraction(values)
