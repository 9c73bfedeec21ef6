"""Which features are active together, at the door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any, TypeAlias

from analytic.exact import Exact

from .magnitudes import UNIT, Magnitude, magnitude_or_row
from .numbers import PROBABILITIES, Number, exactly

Groups: TypeAlias = Sequence[Sequence[int]]
Magnitudes: TypeAlias = Magnitude | tuple[Magnitude, ...]


class Law:
    """A law of the features; its `magnitude`, of an active feature, is one, or a row of them, one for each feature."""

    magnitude: Magnitudes = UNIT

    def __post_init__(self) -> None:
        for part in fields(self):  # type: ignore[arg-type]
            if isinstance(given := getattr(self, part.name), list):
                object.__setattr__(self, part.name, tuple(given))
        object.__setattr__(self, "magnitude", magnitude_or_row(self.magnitude))
        self._check()

    def __repr__(self) -> str:
        said = ((part, getattr(self, part.name)) for part in fields(self))  # type: ignore[arg-type]
        return f"{type(self).__name__}({', '.join(f'{part.name}={value!r}' for part, value in said if value != part.default)})"

    def _check(self) -> Any:
        """ValueError where a number is out of range; a float is as good as the rational number that it is."""
        return self._built(taken=True, magnitudes=False)

    def exact(self, *, taken: bool = False) -> Any:
        """As `analytic.law` has it. `taken`: a float is taken for the rational number that it is, instead of refused."""
        return self._built(taken=taken, magnitudes=True)

    def _built(self, *, taken: bool, magnitudes: bool) -> Any:
        import analytic.law

        given = {part.name: getattr(self, part.name) for part in fields(self) if part.name != "magnitude"}  # type: ignore[arg-type]
        for name in given.keys() & {*PROBABILITIES} if taken else ():
            given[name] = exactly(given[name], name)
        if magnitudes and isinstance(self.magnitude, Magnitude):
            given["magnitude"] = self.magnitude.exact(taken=taken)
        elif magnitudes:
            given["magnitude"] = tuple(one.exact(taken=taken) for one in self.magnitude)  # type: ignore[union-attr]
        return getattr(analytic.law, type(self).__name__)(**given)


@dataclass(frozen=True, repr=False)
class Independent(Law):
    """Feature i is 0 with probability s_i, independently, else uniform on [0, 1] or of its `magnitude`. `sparsity`: one number,
    or one for each.

    >>> from antipodal import Independent, exact_loss, loss
    >>> exact_loss([[1, -1]], [0, 0], Independent("1/2")), round(loss([[1, -1]], [0, 0], Independent("1/2")), 12)
    (1/12, 0.083333333333)
    """

    sparsity: Exact | float | Sequence[Exact | float]
    magnitude: Magnitudes = field(default=UNIT, kw_only=True)


@dataclass(frozen=True, repr=False)
class OneHot(Law):
    """Exactly one feature is active, each as likely as any other.

    >>> from antipodal import OneHot, exact_loss
    >>> exact_loss([[1, 0, -1], [0, 1, 0]], [0, 0, 0], OneHot())
    0
    """

    magnitude: Magnitudes = field(default=UNIT, kw_only=True)


@dataclass(frozen=True, repr=False)
class _Grouped(Law):
    """Independent sets of features; `groups` partition 0, …, n − 1, `sparsity` is P(a set is off)."""

    groups: Groups
    sparsity: Number
    magnitude: Magnitudes = field(default=UNIT, kw_only=True)

    def _check(self) -> Any:
        object.__setattr__(self, "groups", (found := super()._check()).groups)
        return found


@dataclass(frozen=True, repr=False)
class Correlated(_Grouped):
    """The features of a set are all off with probability s; otherwise each is off with probability `own`, all on where that is 0;
    sets are independent.

    >>> from antipodal import Correlated, exact_loss
    >>> exact_loss([[1, 1]], [0, 0], Correlated([(0, 1)], "1/2"))
    1/3
    """

    own: Number = field(default=0, kw_only=True)


@dataclass(frozen=True, repr=False)
class Anticorrelated(_Grouped):
    """With probability 1 − s exactly one feature of a set is on, each as likely; sets are independent.

    >>> from antipodal import Anticorrelated, exact_loss
    >>> exact_loss([[1, -1]], [0, 0], Anticorrelated([(0, 1)], "1/2"))
    0
    """


@dataclass(frozen=True, repr=False)
class ExactlyActive(Law):
    """Exactly k features are active, each set of k as likely.

    >>> from antipodal import ExactlyActive, exact_loss
    >>> exact_loss([[1, 0, -1], [0, 1, 0]], [0, 0, 0], ExactlyActive(2))
    1/9
    """

    k: int
    magnitude: Magnitudes = field(default=UNIT, kw_only=True)


@dataclass(frozen=True, repr=False)
class Tree(Law):
    """A child can be active only with its parent, and is then on with probability P(child)/P(parent), independently of its
    siblings. `edges`: pairs (parent, child); `probabilities`: of each feature to be active.

    >>> from antipodal import Tree, exact_loss
    >>> exact_loss([[1, 1]], [0, 0], Tree([(0, 1)], ("1/2", "1/4")))
    1/4
    """

    edges: Sequence[tuple[int, int]]
    probabilities: Sequence[Number]
    magnitude: Magnitudes = field(default=UNIT, kw_only=True)

    def _check(self) -> Any:
        object.__setattr__(self, "edges", (found := super()._check()).edges)
        return found


@dataclass(frozen=True, repr=False)
class Product(Law):
    """Groups of features, independent of each other: on `groups[k]` the law `laws[k]`, or one law on each. Features of a group
    are numbered within it, in its order; each law has its own `magnitude`.

    >>> from antipodal import ExactlyActive, Product, exact_loss
    >>> exact_loss([[1, -1, 0, 0], [0, 0, 1, -1]], [0] * 4, Product([(0, 1), (2, 3)], ExactlyActive(1)))
    0
    """

    groups: Groups
    laws: Law | tuple[Law, ...]

    def __post_init__(self) -> None:
        laws = tuple(self.laws) if isinstance(self.laws, list | tuple) else (self.laws,)
        for law in laws:
            if not isinstance(law, Law):
                raise ValueError(f"laws must be laws of antipodal, one or one for each group, got {law!r}")
        object.__setattr__(self, "laws", laws if isinstance(self.laws, list | tuple) else laws[0])
        object.__setattr__(self, "groups", self._of(taken=True, checked=True).groups)

    def exact(self, *, taken: bool = False) -> Any:
        return self._of(taken=taken, checked=False)

    def _of(self, *, taken: bool, checked: bool) -> Any:
        import analytic.law

        def form(law: Law) -> Any:
            return law._check() if checked else law.exact(taken=taken)

        laws = tuple(map(form, self.laws)) if isinstance(self.laws, tuple) else form(self.laws)
        return analytic.law.Product(self.groups, laws)

    def _check(self) -> Any:
        return self._of(taken=True, checked=True)
