r"""Which packing of polytopes has the lowest loss at which sparsity, for n features in m dimensions: proved, for all s.

The candidates are the packings of the catalogue (`analytic.winners.packing`), each part with its own best norm and bias,
features of equal importance. Their least losses are certified (`analytic.polytope_loss`). An interval of s on whose ends the
same packing wins is settled by `analytic.winners.bounds`, or halved; where the winners at the ends differ, the difference of
the two is brought to change sign between two rationals that are close together. So it is proved for *every* s in a reign that
its packing has a lower loss than every other packing, and that the change of winners happens between the two ends of each
crossing, as losses are continuous in s; how often it changes back within that width is open. What is not claimed: that these
are the best of all W and b. `verify.suites.winners` searches those: it finds the winner again at most sparsities, but
something lower by 1e-4 for s < 1/10 where features are dropped, and by 1e-2 and more a lower square antiprism (`extra`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import chain

import sympy
from flint import arb

from ..exact import Enclosure, Exact, enclosure, rational, to_sympy
from ..exact.rationals import digits_of, from_flint
from ..polytope_loss import BestAtom
from ..polytopes import Polytope
from ..printed import Listed
from .bounds import beats, best_atom, packing_loss
from .packing import Packing, packings

_GUARD = 8
"""Digits that losses have beyond those of a crossing, to tell a difference from 0 at both ends of it."""


@dataclass(frozen=True, kw_only=True)
class Winner:
    """The packing of least loss at a sparsity; `atoms` has the best norm and bias of each kind of atom in it.

    `runner_up` has the next lowest loss, or is None where there is one packing only (n ≤ m).
    """

    packing: Packing
    sparsity: sympy.Rational
    loss: Enclosure
    atoms: tuple[BestAtom, ...]
    runner_up: Packing | None
    runner_up_loss: Enclosure | None

    def __float__(self) -> float:
        """The loss."""
        return float(self.loss)

    def __repr__(self) -> str:
        second = "" if self.runner_up is None else f"; then {self.runner_up.name}, K = {self.runner_up_loss}"
        return f"Winner at s = {self.sparsity}: {self.packing.name}, K = {self.loss}{second}"


@dataclass(frozen=True)
class Reign:
    """A packing wins at every s between `start` and `end` (outside of their radii); the first starts at 0, the last ends at 1."""

    packing: Packing
    start: Enclosure
    end: Enclosure

    def __repr__(self) -> str:
        return f"{self.packing.name} from s = {self.start} to {self.end}"


class Reigns(Listed[Reign]):
    """Reigns by increasing sparsity; a tuple."""

    __slots__ = ()
    HEAD = ("packing", "from s =", "to s =")

    def cells(self, entry: Reign) -> tuple[str, ...]:
        return entry.packing.name, str(entry.start), str(entry.end)


def winner_at(n: int, m: int, sparsity: Exact, digits: int = 20, extra: tuple[Polytope, ...] = ()) -> Winner:
    """The winner at one sparsity, 0 ≤ s < 1, with losses to a radius of 10^−digits or so, told apart by balls.

    `extra`: polytopes beside those of the catalogue (`analytic.winners.packings`). ValueError on bad input; ArithmeticError
    where two packings tie to that accuracy: ask for more digits.
    """
    s, digits = rational(sparsity, "sparsity"), digits_of(digits)
    if not 0 <= s < 1:
        raise ValueError(f"sparsity must lie in [0, 1), got {s}")
    order = _ranked(packings(n, m, extra), s, digits)
    losses = [_enclosed(packing, s, digits) for packing in order[:2]]
    return Winner(
        packing=order[0],
        sparsity=to_sympy(s),
        loss=losses[0],
        atoms=tuple(best_atom(atom, s, digits) for atom, _ in order[0].atoms),
        runner_up=order[1] if len(order) > 1 else None,
        runner_up_loss=losses[1] if len(order) > 1 else None,
    )


def winners(n: int, m: int, digits: int = 12, extra: tuple[Polytope, ...] = ()) -> Reigns:
    """The winners from s = 0 to s = 1, each crossing enclosed in a width of 10^−digits.

    `extra`: polytopes beside those of the catalogue. ValueError unless n, m ≥ 1 and they fit; ArithmeticError where two
    packings cannot be told apart, as for n > m = 1, where an antipodal pair and a dropped feature tie at s = 0.

    >>> [reign.packing.name for reign in winners(5, 2)]
    ['triangle + 2 dropped', '2 digons + 1 dropped', 'pentagon']
    """
    return Reigns(_winners(packings(n, m, extra), digits_of(digits)))


@lru_cache(maxsize=64)
def _winners(rivals: tuple[Packing, ...], digits: int) -> tuple[Reign, ...]:
    half = Fraction(1, 2)
    reigns: list[Reign] = []
    for a, b, packing in chain(
        _segments(rivals, Fraction(0), half, digits), _segments(rivals, half, Fraction(1), digits)
    ):
        if reigns and reigns[-1].packing == packing:
            reigns[-1] = Reign(packing, reigns[-1].start, _point(b))
        else:
            start = _point(a)
            if reigns:
                start = _hull(reigns[-1].end, start)
                reigns[-1] = Reign(reigns[-1].packing, reigns[-1].start, start)
            reigns.append(Reign(packing, start, _point(b)))
    return tuple(reigns)


def _segments(
    rivals: tuple[Packing, ...], a: Fraction, b: Fraction, digits: int
) -> Iterator[tuple[Fraction, Fraction, Packing]]:
    """Intervals with their winner, increasing; between two of different winners there is a gap of width ≤ 10^−digits."""
    if b - a < Fraction(1, 10 ** (digits + _GUARD)):
        raise ArithmeticError(f"packings tie near sparsity {float(a)}: {', '.join(r.name for r in rivals)}")
    first = _ranked(rivals, a, digits + _GUARD)[0]
    last = first if b == 1 else _ranked(rivals, b, digits + _GUARD)[0]
    middle = (a + b) / 2
    if first == last:
        rivals = (first, *(r for r in rivals if r != first and not beats(first, r, a, b, digits + _GUARD)))
        if len(rivals) == 1:
            yield a, b, first
            return
    elif a > 0:
        left, right = _crossing(first, last, a, b, digits)
        if [_ranked(rivals, s, digits + _GUARD)[0] for s in (left, right)] == [first, last]:
            yield from _segments(rivals, a, left, digits)
            yield from _segments(rivals, right, b, digits)
            return
        middle = left
    yield from _segments(rivals, a, middle, digits)
    yield from _segments(rivals, middle, b, digits)


def _crossing(first: Packing, last: Packing, a: Fraction, b: Fraction, digits: int) -> tuple[Fraction, Fraction]:
    """Decimals at most 10^−digits apart: at the lower `first` has the lower loss, at the upper one `last`, as at a and b.

    The secant's zero lies off by the square of the width, so places that far to both sides of it close in on a crossing.
    """

    def lead(s: Fraction) -> arb:
        return packing_loss(last.without(first), s, digits + _GUARD) - packing_loss(
            first.without(last), s, digits + _GUARD
        )

    width, unit = Fraction(1, 10**digits), 10 ** (digits + 2)
    ends = {a: lead(a), b: lead(b)}
    while b - a > width:
        guess = a + (b - a) * Fraction(float(ends[a] / (ends[a] - ends[b])))
        reach = max(width * 2 / 5, (b - a) ** 2)
        for place in (guess - reach, guess + reach, (a + b) / 2):
            s = Fraction(round(place * unit), unit)
            if a < s < b and b - a > width:
                ends[s] = lead(s)
                if not (ends[s] > 0 or ends[s] < 0):
                    raise ArithmeticError(f"{first.name} and {last.name} tie at sparsity {s}")
                a, b = (s, b) if ends[s] > 0 else (a, s)
    return a, b


def _ranked(rivals: Sequence[Packing], s: Fraction, digits: int) -> list[Packing]:
    """By increasing loss; the first has the least for certain."""
    losses = {packing: packing_loss(packing, s, digits) for packing in rivals}
    order = sorted(rivals, key=lambda packing: from_flint(losses[packing].mid().fmpq()))
    if len(order) > 1 and not all(losses[order[0]] < losses[other] for other in order[1:]):
        raise ArithmeticError(f"{order[0].name} and {order[1].name} tie at sparsity {s} to {digits} digits")
    return order


def _enclosed(packing: Packing, s: Fraction, digits: int) -> Enclosure:
    return enclosure(packing_loss(packing, s, digits))


def _point(s: Fraction) -> Enclosure:
    return Enclosure(to_sympy(s), sympy.Integer(0))


def _hull(lower: Enclosure, upper: Enclosure) -> Enclosure:
    return Enclosure((lower.midpoint + upper.midpoint) / 2, (upper.midpoint - lower.midpoint) / 2)
