"""The polygon of c features as the contact of the link energy with its line; the letters are those of `polygon`."""

from __future__ import annotations

from .intervals import BALL, WHOLE, Interval, arccos, interval, root
from .tree import Rejected

FINE = 80  # what is computed from cells in units of 2^-80


class Contact:
    """Enclosures of the polygon of c features, from a sign change of 2B′Q − BQ′ in θ."""

    def __init__(self, features: int) -> None:
        self.cosine = (root(interval(5)) - 1) / 4 if features == 5 else interval(1) / 2
        low, high = WHOLE // 10, self.cosine.low - WHOLE // 20
        for _ in range(100):
            middle = (low + high) // 2
            low, high = (middle, high) if self.slope(Interval(middle, middle)) > 0 else (low, middle)
        if not (self.slope(Interval(low, low)) > 0 and self.slope(Interval(high, high)) < 0):
            raise Rejected("no root theta is enclosed")
        theta = Interval(low, high)
        b, q = self.forms(theta)
        a, past = b / q, self.cosine - theta
        self.norm, self.bias = root(a), -(a * theta)
        self.link = 1 - b * b / q
        self.potential = self.link * features
        self.gap = arccos(0) * 4 / features
        sine = root(1 - self.cosine * self.cosine)
        self.multiplier = 2 * a * a * sine * past * past * (2 * self.cosine + theta) / (self.cosine * self.cosine)

    def forms(self, theta: Interval) -> tuple[Interval, Interval]:
        rest, past = 1 - theta, self.cosine - theta
        return rest * rest * (2 + theta) / 2, rest * rest * rest + 2 * past * past * past / self.cosine

    def slope(self, theta: Interval) -> Interval:
        b, q = self.forms(theta)
        rest, past = 1 - theta, self.cosine - theta
        return 2 * q * (3 * theta * theta - 3) / 2 + b * (3 * rest * rest + 6 * past * past / self.cosine)

    def line(self, x: int) -> int:
        """The line at arccos x, in units of 2^-80, rounded up."""
        return -(-(self.link - self.multiplier * (arccos(x) - self.gap)).high >> BALL - FINE)
