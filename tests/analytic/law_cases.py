"""One table of laws, which every route must pass: at the door, so that each side builds its own form."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product
from math import prod

from nested import integrate

from antipodal import Anticorrelated, Correlated, ExactlyActive, Independent, Magnitude, OneHot, Product, Tree
from antipodal.laws import Law

SIGNED = Magnitude.uniform(-1, 1)
MIXED = Magnitude.mixture(
    ("1/4", Magnitude.uniform(-1, "1/2")), ("1/2", Magnitude.binary("3/2")), ("1/4", Magnitude.uniform())
)
ROW = (Magnitude.binary(-2), MIXED, Magnitude.uniform("1/2", "3/2"))
FAMILY = Tree([(0, 1), (0, 2)], ("1/2", "3/8", "1/8"))


@dataclass(frozen=True)
class Case:
    """A law of three features, and its supports by hand, in sixteenths or what else they are."""

    name: str
    law: Law
    supports: dict[tuple[int, ...], Fraction]


def _table(**sets: str) -> dict[tuple[int, ...], Fraction]:
    """From `_01="1/4"` the support (0, 1) with probability 1/4."""
    return {tuple(int(digit) for digit in name[1:]): Fraction(p) for name, p in sets.items()}


HALVES = {tuple(j for j in range(3) if on[j]): Fraction(1, 8) for on in product((False, True), repeat=3)}
FAMILIES = _table(_="1/2", _0="3/32", _01="9/32", _02="1/32", _012="3/32")
CASES = (
    Case("independent, signed", Independent("1/2", magnitude=SIGNED), HALVES),
    Case("independent, binary", Independent("1/2", magnitude=Magnitude.binary()), HALVES),
    Case("independent, each its own", Independent("1/2", magnitude=ROW), HALVES),
    Case("one-hot, binary", OneHot(magnitude=Magnitude.binary()), _table(_0="1/3", _1="1/3", _2="1/3")),
    Case("two of three", ExactlyActive(2), _table(_01="1/3", _02="1/3", _12="1/3")),
    Case("two of three, mixed", ExactlyActive(2, magnitude=MIXED), _table(_01="1/3", _02="1/3", _12="1/3")),
    Case(
        "own switches",
        Correlated([(0, 2), (1,)], "1/2", own="1/4"),
        # The pair: nothing 17/32, one of it 3/32 each, both 9/32; the single one is on with 3/8.
        {
            tuple(sorted((*pair, *one))): p * q
            for pair, p in _table(_="17/32", _0="3/32", _2="3/32", _02="9/32").items()
            for one, q in _table(_="5/8", _1="3/8").items()
        },
    ),
    Case("a family", FAMILY, FAMILIES),
    Case("a family, each its own", Tree(FAMILY.edges, FAMILY.probabilities, magnitude=ROW), FAMILIES),
    Case(
        "a product",
        Product([(2, 0), (1,)], (Tree([(0, 1)], ("1/2", "1/4")), Independent("3/4", magnitude=SIGNED))),
        {
            tuple(sorted((*pair, *one))): p * q
            for pair, p in _table(_="1/2", _2="1/4", _02="1/4").items()
            for one, q in _table(_="3/4", _1="1/4").items()
        },
    ),
    Case(
        "anticorrelated, signed",
        Anticorrelated([(0, 1, 2)], "1/4", magnitude=SIGNED),
        _table(_="1/4", _0="1/4", _1="1/4", _2="1/4"),
    ),
)


def literal_loss(
    W: list[list[Fraction]], b: list[Fraction], case: Case, importance: list[Fraction], target: str = "identity"
) -> Fraction:
    """K by nested integration over every box, on one side of 0, of every support."""
    total = Fraction(0)
    each = [[box for part in one.parts for box in _sides(*part)] for one in case.law.exact().magnitudes(3)]
    for support, probability in case.supports.items():
        for parts in product(*(each[j] for j in support)):
            weight = probability * prod(share for share, _, _ in parts)
            boxes = {j: (low, high - low) for j, (_, low, high) in zip(support, parts, strict=True)}
            total += weight * sum(importance[i] * _given(W, b, boxes, i, target) for i in range(3))
    return total


def _sides(weight: Fraction, low: Fraction, high: Fraction) -> list[tuple[Fraction, Fraction, Fraction]]:
    """A part of a magnitude, divided at 0."""
    ends = [low, Fraction(0), high] if low < 0 < high else [low, high]
    width = high - low or Fraction(1)
    return [(weight * (b - a) / width if low < high else weight, a, b) for a, b in pairwise(ends)]


def _given(
    W: list[list[Fraction]], b: list[Fraction], boxes: dict[int, tuple[Fraction, Fraction]], i: int, target: str
) -> Fraction:
    """E(y_i − f_i)² over the box x_j = a + d u."""
    row = [sum((line[i] * line[j] for line in W), Fraction(0)) for j in range(3)]
    order = [*([i] if i in boxes else []), *(j for j in boxes if j != i)]
    low, width = boxes.get(i, (Fraction(0), Fraction(0)))

    def error(z: Fraction, u: list[Fraction]) -> Fraction:
        x = low + (width * u[0] if order and order[0] == i else 0)
        return ((abs(x) if target == "absolute" else x) - max(z, Fraction(0))) ** 2

    bias = b[i] + sum((row[j] * a for j, (a, _) in boxes.items()), Fraction(0))
    return integrate(error, [row[j] * boxes[j][1] for j in order], bias, 2)  # type: ignore[arg-type]


def small_models() -> Iterator[tuple[list[list[Fraction]], list[Fraction], list[Fraction]]]:
    """W (2, 3), b and importances: general ones, and with columns that are opposite, orthogonal and 0."""
    half, third = Fraction(1, 2), Fraction(1, 3)
    yield (
        [[Fraction(1), -half, third], [Fraction(0), 2 * third, -1 - third]],
        [-third / 4, half / 3, Fraction(0)],
        [1, 2, half],
    )  # type: ignore[list-item]
    yield [[Fraction(1), Fraction(-1), Fraction(0)], [Fraction(0)] * 3], [Fraction(0), -half, third], [1, 1, 1]  # type: ignore[list-item]
