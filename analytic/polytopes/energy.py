r"""Energies of exact points, in closed form, from their Gram matrix G = VᵀV (n × n, exact real SymPy numbers).

Every one is a sum over pairs, so it is collected by distinct entries of the Gram matrix first. |r_i − r_j|² is
G_ii + G_jj − 2 G_ij. ValueError where two points coincide and the energy is infinite.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from math import gcd

import sympy
from sympy import Expr, MatrixBase, Rational

from ..exact import Exact, closed_form, rational, sign, to_sympy
from ..exact.closed_forms import exact_number, numbered, short_form
from ..exact.rationals import instance


def pair_distances(gram: MatrixBase) -> tuple[tuple[Expr, int], ...]:
    """(exact distance, number of pairs i < j at it), by increasing distance."""
    squares: Counter[tuple[Expr, Expr]] = Counter()
    n = _square(gram).rows
    for i in range(n):
        for j in range(i):
            squares[closed_form(gram[i, i] + gram[j, j]), gram[i, j]] += 1
    distances: Counter[Expr] = Counter()
    for (sizes, inner), count in squares.items():
        distances[_distance(sizes, inner)] += count
    merged: Counter[int] = Counter()
    places = numbered(distances)
    for distance, place in places.items():
        merged[place] += distances[distance]
    first = {place: distance for distance, place in reversed(places.items())}
    return tuple(sorted(((first[k], count) for k, count in merged.items()), key=lambda pair: float(pair[0])))


def riesz_energy(gram: MatrixBase, power: Exact) -> Expr:
    r""":math:`\sum_{i<j} |r_i - r_j|^{-s}`, s = `power` > 0 rational."""
    exponent = to_sympy(rational(power, "power"))
    if exponent <= 0:
        raise ValueError(f"power must be positive (s = 0 is the logarithmic energy), got {exponent}")
    return sympy.Add(*(count * _power(distance, -exponent) for distance, count in _apart(gram)))


def coulomb_energy(gram: MatrixBase) -> Expr:
    r""":math:`\sum_{i<j} 1/|r_i - r_j|`."""
    return riesz_energy(gram, Fraction(1))


def log_energy(gram: MatrixBase) -> Expr:
    r""":math:`-\sum_{i<j} \log |r_i - r_j|`; in logarithms of primes where the product of all |r_i − r_j|² is rational."""
    pairs = _apart(gram)
    common = gcd(*(count for _, count in pairs))
    product = short_form(sympy.Mul(*(closed_form(distance**2) ** (count // common) for distance, count in pairs)))
    if product is not None and product.is_Rational:
        return -common * sympy.expand_log(sympy.log(product), factor=True) / 2
    return -sympy.Add(*(count * sympy.log(distance) for distance, count in pairs))


def interference_energy(gram: MatrixBase) -> Expr:
    r""":math:`\sum_{i \ne j} \mathrm{ReLU}(r_i \cdot r_j)^2`, the toy model's own energy."""
    counts = Counter(gram[i, j] for i in range(_square(gram).rows) for j in range(gram.rows) if i != j)
    positive = [(entry, count) for entry, count in counts.items() if sign(entry) > 0]
    return closed_form(sympy.Add(*(count * closed_form(entry**2) for entry, count in positive)))


def _square(gram: MatrixBase) -> MatrixBase:
    if instance(gram, "gram", MatrixBase, "a SymPy matrix of exact numbers").rows != gram.cols:
        raise ValueError(f"gram must be square, got shape {gram.shape}")
    for entry in gram:
        exact_number(entry, "gram")
    return gram


def _apart(gram: MatrixBase) -> tuple[tuple[Expr, int], ...]:
    found = pair_distances(gram)
    if found and found[0][0] == 0:
        raise ValueError(f"points must be distinct (the energy is infinite), got {found[0][1]} coincident pairs")
    return found


def _distance(sizes: Expr, inner: Expr) -> Expr:
    """√(sizes − 2·inner), with 2 − 2 cos a = (2 sin a/2)² and 2 + 2 cos a = (2 cos a/2)² on the unit sphere."""
    for facing, wave, half in ((1, sympy.cos, sympy.sin), (-1, sympy.cos, sympy.cos)):
        if sizes == 2 and isinstance(facing * inner, wave):
            return 2 * half((facing * inner).args[0] / 2)  # angles of SymPy's own cosines lie in (0, π/2)
    square = closed_form(sizes - 2 * inner)
    return sympy.Integer(0) if sign(square) == 0 else _root(square, Rational(1, 2))


def _power(distance: Expr, exponent: Rational) -> Expr:
    """distance^exponent, the root in the numerator where distance² is a rational or p + q√d."""
    square = closed_form(distance**2)
    return _root(closed_form(1 / square), -exponent / 2) if _is_surd(square) else distance**exponent


def _root(square: Expr, exponent: Rational) -> Expr:
    power = square**exponent
    return sympy.expand(sympy.sqrtdenest(power)) if _is_surd(square) and exponent.q == 2 else power


def _is_surd(number: Expr) -> bool:
    return not number.has(sympy.cos, sympy.sin) and len(number.atoms(sympy.Pow)) <= 1
