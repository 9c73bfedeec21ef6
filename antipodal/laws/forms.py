"""A law of the door as `analytic` and as `numeric` have it, and what a call is about."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from .laws import Independent, Law, Product
from .magnitudes import UNIT, Magnitude
from .numbers import PROBABILITIES, floats


def exact_law(law: Law, *, taken: bool = False) -> Any:
    """The form of `analytic.law`. `taken`: a float is taken for the rational number that it is, instead of refused."""
    return law.exact(taken=taken)


def is_sparsity(law: Any) -> bool:
    """Whether `numeric` has it as a sparsity: independent features on [0, 1]."""
    return isinstance(law, Independent) and law.magnitude == UNIT


def float_law(law: Law) -> tuple[Any, Any]:
    """The form of `numeric`: a sparsity for independent features on [0, 1], else a law of `numeric.law`; None for the other."""
    if isinstance(law, Independent) and is_sparsity(law):
        return floats(law.sparsity, "sparsity"), None
    return None, _numeric(law)


def _numeric(law: Law) -> Any:
    import numeric.law

    if isinstance(law, Product):
        laws = tuple(map(_numeric, law.laws)) if isinstance(law.laws, tuple) else _numeric(law.laws)
        return numeric.law.Product(law.groups, laws)
    given = {part.name: getattr(law, part.name) for part in fields(law)}  # type: ignore[arg-type]
    for name in given.keys() & {*PROBABILITIES}:
        given[name] = floats(given[name], name)
    each = given["magnitude"]
    given["magnitude"] = each.floats() if isinstance(each, Magnitude) else tuple(one.floats() for one in each)
    return getattr(numeric.law, type(law).__name__)(**given)


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
