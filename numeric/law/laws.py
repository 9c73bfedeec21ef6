"""The laws themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any, TypeAlias

from ..arguments import Floats, array, instance, shown, sparsity_row, whole
from .magnitude import UNIT, Magnitude, magnitude_or_row, sequence

Magnitudes: TypeAlias = Magnitude | tuple[Magnitude, ...]


QUIET = {"quiet": True}
"""Of a field that is not spoken of where it has its default, so that laws of old keep their descriptions and random keys."""


class _Law:
    magnitude: Magnitudes = UNIT

    def __post_init__(self) -> None:
        object.__setattr__(self, "magnitude", magnitude_or_row(self.magnitude))

    def __repr__(self) -> str:
        said = ((part, getattr(self, part.name)) for part in fields(self))  # type: ignore[arg-type]
        kept = (f"{part.name}={value!r}" for part, value in said if not part.metadata or value != part.default)
        return f"{type(self).__name__}({', '.join(kept)})"


@dataclass(frozen=True, repr=False)
class Independent(_Law):
    """Feature i is 0 with probability s_i, independently. `sparsity` is one number, or one per feature; `magnitude` of an active
    feature, one or one per feature. Where that is uniform on [0, 1], the sparsity alone says as much.
    """

    sparsity: float | Sequence[float]
    magnitude: Magnitudes = field(default=UNIT, kw_only=True, metadata=QUIET)


@dataclass(frozen=True, repr=False)
class OneHot(_Law):
    """Exactly one feature is active, each as likely as any other; its value is uniform on [0, 1], or its `magnitude`."""

    magnitude: Magnitudes = field(default=UNIT, kw_only=True, metadata=QUIET)


@dataclass(frozen=True, repr=False)
class Correlated(_Law):
    """All features of a group are active together, with probability 1 - s, or, each with a switch of its own, off with
    probability `own`, those whose switch is on; values independent, uniform on [0, 1] or of their `magnitude`.

    `groups` partition 0..n-1; `sparsity` and `own` are one number, or one per group.
    """

    groups: Sequence[Sequence[int]]
    sparsity: float | Sequence[float]
    own: float | Sequence[float] = field(default=0.0, kw_only=True, metadata=QUIET)
    magnitude: Magnitudes = field(default=UNIT, kw_only=True, metadata=QUIET)


@dataclass(frozen=True, repr=False)
class Anticorrelated(_Law):
    """With probability 1 - s exactly one feature of a group is active, each as likely; its value uniform on [0, 1], or its
    `magnitude`.

    `groups` partition 0..n-1; `sparsity` is one number, or one per group.
    """

    groups: Sequence[Sequence[int]]
    sparsity: float | Sequence[float]
    magnitude: Magnitudes = field(default=UNIT, kw_only=True, metadata=QUIET)


@dataclass(frozen=True, repr=False)
class ExactlyActive(_Law):
    """Exactly k features are active, each set of k as likely."""

    k: int
    magnitude: Magnitudes = field(default=UNIT, kw_only=True, metadata=QUIET)

    def __post_init__(self) -> None:
        whole("k", self.k, 1)
        super().__post_init__()


@dataclass(frozen=True, repr=False)
class Tree(_Law):
    """A child can be active only with its parent. `edges`: pairs (parent, child); `probabilities`: of each feature to be active.
    So a child is on with probability P(child)/P(parent) where its parent is, independently of its siblings.
    """

    edges: Sequence[tuple[int, int]]
    probabilities: Sequence[float]
    magnitude: Magnitudes = field(default=UNIT, kw_only=True, metadata=QUIET)

    def __post_init__(self) -> None:
        super().__post_init__()
        each = _probabilities("probabilities", self.probabilities)
        edges = tuple(_edge(edge, len(each)) for edge in sequence("edges", self.edges))
        for child, parent in parents(edges).items():
            if each[child] > each[parent]:
                raise ValueError(
                    f"probabilities of a child must be at most its parent's, got {each[child]} for feature {child} under "
                    f"{each[parent]} for feature {parent}"
                )
        object.__setattr__(self, "edges", edges)
        object.__setattr__(self, "probabilities", tuple(each.tolist()))


@dataclass(frozen=True, repr=False)
class Product:
    """Groups of features, independent of each other: on `groups[k]` the law `laws[k]`, or one law on each. Features of a group
    are numbered within it, in its order.
    """

    groups: Sequence[Sequence[int]]
    laws: Law | tuple[Law, ...]

    def __post_init__(self) -> None:
        groups = tuple(tuple(whole("groups", i) for i in sequence("groups", group)) for group in _outer(self.groups))
        if sorted(i for group in groups for i in group) != list(range(sum(map(len, groups)))) or not all(groups):
            raise ValueError(f"groups must cover the features from 0 on once each, got {shown(groups)}")
        object.__setattr__(self, "groups", groups)
        if not isinstance(self.laws, Law):
            laws = tuple(given_law(law) for law in sequence("laws", self.laws))
            if len(laws) != len(groups):
                raise ValueError(f"laws must be one or {len(groups)}, one for each of the groups, got {len(laws)}")
            object.__setattr__(self, "laws", laws)

    def __repr__(self) -> str:
        return f"Product(groups={self.groups!r}, laws={self.laws!r})"

    @property
    def parts(self) -> tuple[tuple[Sequence[int], Law], ...]:
        laws = self.laws if isinstance(self.laws, tuple) else (self.laws,) * len(self.groups)
        return tuple(zip(self.groups, laws, strict=True))


Law: TypeAlias = OneHot | Correlated | Anticorrelated | Independent | ExactlyActive | Tree | Product


def given_law(law: Any) -> Law:
    """An argument that must be a law."""
    wanted = (
        "a law of numeric.law: OneHot(), Correlated(...), Anticorrelated(...), Independent(...), ExactlyActive(...), Tree(...) "
        "or Product(...)"
    )
    return instance("law", law, Law, wanted)  # type: ignore[arg-type]


def is_grouped(law: Law) -> bool:
    """Whether a law is one of groups that are on together or one at a time, with values on [0, 1]."""
    if isinstance(law, Correlated) and not (isinstance(law.own, float | int) and law.own == 0):
        return False
    return isinstance(law, OneHot | Correlated | Anticorrelated) and law.magnitude == UNIT


def parents(edges: Sequence[tuple[int, int]]) -> dict[int, int]:
    """Child → parent; ValueError where a feature has two, or is below itself."""
    parent: dict[int, int] = {}
    for above, child in edges:
        if child in parent:
            raise ValueError(f"edges must give a feature one parent, got {parent[child]} and {above} for {child}")
        parent[child] = above
    clear: set[int] = set()
    for start in parent:
        path, at = [start], start
        while at in parent and at not in clear:
            at = parent[at]
            if at in path:
                raise ValueError(f"edges must have no cycle, got one through feature {at}")
            path.append(at)
        clear.update(path)
    return parent


def group_row(name: str, values: Any, count: int) -> Floats:
    """One probability, or one for each group, (groups,)."""
    if name == "sparsity":
        return sparsity_row(values, count)
    found = _probabilities(name, values, scalar=True)
    if found.ndim and len(found) != count:
        raise ValueError(f"{name} must be one number or {count}, one for each group, got {len(found)}")
    return found + 0 * sparsity_row(0.0, count)


def _outer(groups: Any) -> Sequence[Any]:
    found = sequence("groups", groups)
    if not len(found):
        raise ValueError("groups must not be empty, got none")
    return found


def _probabilities(name: str, values: Any, *, scalar: bool = False) -> Floats:
    found = array(name, values, finite=False)
    if found.ndim > 1 or (not found.ndim and not scalar) or (found.ndim and not found.size):
        raise ValueError(f"{name} must be numbers in a row, one for each feature, got {shown(values)}")
    outside = found[~((found >= 0) & (found <= 1))]
    if outside.size:
        raise ValueError(f"{name} must lie in [0, 1], got {float(outside.flat[0])}")
    return found


def _edge(edge: Any, n: int) -> tuple[int, int]:
    pair = tuple(whole("edges", i) for i in sequence("edges", edge))
    if len(pair) != 2 or max(pair) >= n:
        raise ValueError(f"edges must be pairs of features in 0..{n - 1}, as many as probabilities, got {shown(edge)}")
    return pair[0], pair[1]
