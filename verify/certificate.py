r"""Re-verify a certificate of the smallest model with bias: Python integers and the standard library, nothing else.

`python -I verify/certificate.py FILE` (JSON, or that gzipped) prints the theorem that was checked and ends with 0, or with 1 for
a file that proves nothing. The model is f(x) = ReLU(WᵀWx + b), n = 2, m = 1, K = Σ I_i E(x_i − f_i)² + 2λw₁²w₂². Certificates
of polygons are checked by `polygon_certificate.py`, which lies beside this file.

Why it is a proof. Flipping the sign of w₂ where w₁w₂ > 0 does not raise min_b K (lemma 1 of `analytic.n2m1.bias`). So let
t > 0 be the square of the larger weight, −1 ≤ q ≤ 0 the ratio of the two and β = b/t: z₁ = t(x₁ + qx₂ + β₁),
z₂ = t(q²x₂ + qx₁ + β₂), and K = C − 2tL + t²Q with C = (I₁ + I₂)p/3, L = Σ I_i E x_i z_i⁺, Q = Σ I_i E(z_i⁺)² + 2λq²
at t = 1. K > κ for every t where (C − κ)Q > L². A tree of bisections covers all (q, β₁, β₂); on a leaf one of these holds.

* Angle bound. √Q is the norm of Z = (√I₁ z₁⁺, √I₂ z₂⁺, √(2λ) q), and ‖Z‖ ‖Z₀‖ ≥ ⟨Z, Z₀⟩ ≥ T, which has z_i for z_i⁺ in Z
  and so is linear in (1, q, q², β₁, β₂). L is convex. So (C − κ)T² > Q₀L² with T > 0 at the vertices of a polytope proves
  K > κ inside; (q, q²) lies in the triangle of (q₀, q₀²), ((q₀ + q₁)/2, q₀q₁), (q₁, q₁²). Where a leaf is unbounded in
  β_i, the same is asked of its direction, along which L grows by at most I_i p/2.
* β₁ ≤ −c < 0: feature 1 is not seen below x₁ = c, so K ≥ I₁pc³/3.
* |q|, |β₁| ≤ 1/2 and β₂ ≥ |q|: f₂ is linear. With the best b₂ and t, K > κ where N = (I₁p/3 + I₂v − κ)(I₁A + I₂v(q² + q⁴)
  + 2λq²) − (I₁B + I₂vq²)² > 0, v = p/3 − p²/4, A = E(z₁⁺)², B = E x₁z₁⁺: polynomials on four wedges, positive by their
  Bernstein coefficients. For κ = I₂v, the loss of dropping feature 2, they are divided by x² first.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zlib
from fractions import Fraction
from itertools import pairwise, product
from math import comb, lcm
from pathlib import Path
from runpy import run_path
from typing import Any

BITS, GUARD = 60, 128  # cells in units of 2^-60; expectations rounded outwards at 2^-128
ONE = 1 << BITS
MOST_LEAVES, MOST_PIECES, MOST_BYTES = 200_000, 20_000, 10_000_000

Weights = tuple[int, int, int]  # I_1 (of the larger weight), I_2, λ, as whole numbers
Slopes = tuple[int, int, int]
Side = tuple[int, int | None]
Poly = dict[tuple[int, int], Fraction]


class Rejected(ValueError):
    """The file does not prove what it says."""


def moments(z: Slopes, p: Fraction) -> list[int]:
    """E x₁z⁺, E x₂z⁺ and E z⁺ of z = ax₁ + cx₂ + b in units of 2^-GUARD, rounded down."""
    n, d = p.numerator, p.denominator
    a, c, b = z
    v, w, u, t = (max(y, 0) for y in (b, b + a, b + c, b + a + c))

    def cross(a: int, c: int, w: int, u: int) -> tuple[int, int]:
        if a and c:
            alone = c * (12 * a * w**2 - 4 * (w**3 - v**3))
            return n * (
                (d - n) * alone + n * (4 * a * (t**3 - w**3) - t**4 + w**4 + u**4 - v**4)
            ), 24 * a * a * c * d * d
        if c:
            return n * (2 * (d - n) * c * v + n * (u * u - v * v)), 4 * c * d * d
        return (n * (3 * a * w**2 - w**3 + v**3), 6 * a * a * d) if a else (n * v, 2 * d)

    mean = v, 1
    if a and c:
        one = 3 * n * (d - n) * (c * (w**2 - v**2) + a * (u**2 - v**2))
        mean = 6 * a * c * (d - n) ** 2 * v + one + n * n * (t**3 - w**3 - u**3 + v**3), 6 * a * c * d * d
    elif a or c:
        mean = 2 * (a or c) * (d - n) * v + n * ((w if a else u) ** 2 - v**2), 2 * (a or c) * d
    return [(k << GUARD) // m for k, m in (cross(a, c, w, u), cross(c, a, u, w), mean)]


def slopes(i: int, c: int, a: int, b: int) -> Slopes:
    """(own slope, other slope, bias) of z_i, in units for i = 0, in units of 2^-2 BITS for i = 1."""
    return (a, c << BITS, b << BITS) if i else (ONE, c, b)


def upper(i: int, moment: int) -> int:
    return (moment >> i * BITS) + 1


def tangent(i: int, seen: list[int], z: Slopes, side: int) -> int:
    """E z z₀⁺ from the moments of z₀, not more (side −1) or not less (side 1) than it is."""
    return (sum(m * y + side * abs(y) for m, y in zip(seen, z, strict=True)) >> 2 * i * BITS) + (side > 0)


def highest(units: list[int], p: Fraction, weights: Weights) -> Fraction:
    """The loss at (q, β₁, β₂), given in units, with the best t: C − L²/Q, rounded up."""
    q, cross, square = units[0], 0, 2 * weights[2] * units[0] ** 2 << GUARD
    for i in (0, 1):
        z = slopes(i, q, q * q, units[1 + i])
        seen = moments(z, p)
        cross += weights[i] * (seen[0] >> i * BITS)
        square += weights[i] * tangent(i, seen, z, 1)
    return (weights[0] + weights[1]) * p / 3 - Fraction(max(cross, 0) ** 2, square << GUARD)


def angle(cell: list[Side], p: Fraction, weights: Weights, gap: Fraction) -> bool:
    """Whether (C − κ)T² > Q₀L² at all vertices and directions, `gap` = C − κ. L in 2^-(BITS + GUARD), T, Q₀ 2^-(2 BITS + …)."""
    low, high = cell[0][0], cell[0][1] or 0
    centre, odd = divmod(low + high, 2)
    square, rows, pairs = 2 * weights[2] * centre**2 << GUARD, [], []
    for i, (start, stop) in enumerate(cell[1:]):
        at = slopes(i, centre, centre**2, max(2 * start, ONE) if stop is None else (start + stop) // 2)
        seen, weight, row = moments(at, p), weights[i], []
        square += weight * tangent(i, seen, at, 1)
        for c, a in ((low, low**2), (centre, low * high), (high, high**2)):
            corners = [slopes(i, c, a, b) for b in (start, stop) if b is not None]
            row.append([(weight * tangent(i, seen, z, -1), weight * upper(i, moments(z, p)[0])) for z in corners])
        rows.append(row)
        if stop is None:
            far = (weight * p.numerator << BITS + GUARD) // (2 * p.denominator) + 1
            pairs.append((weight * seen[2] << BITS >> i * BITS, far))
    for c, first, second in zip((low, centre, high), *rows, strict=True):
        mixed = 2 * weights[2] * centre * c << GUARD
        pairs += [(t + u + mixed, k + m) for (t, k), (u, m) in product(first, second)]
    n, d = gap.numerator, gap.denominator * square
    return not odd and n > 0 and all(t > 0 and n * t * t << GUARD > d * k * k for t, k in pairs)


def leaves(tree: str) -> list[list[Side]]:
    """The cells of a tree in preorder: the axis of each bisection, a point for a leaf. For β ≤ −1 all is as at −1."""
    found: list[list[Side]] = []
    todo: list[list[Side]] = [[(-ONE, 0), (-ONE, None), (-ONE, None)]]
    for mark in tree:
        if not todo or len(found) > MOST_LEAVES or mark not in "012.":
            raise Rejected("the tree is damaged")
        cell = todo.pop()
        if mark == ".":
            found.append(cell)
        else:
            low, high = cell[int(mark)]
            middle = max(2 * low, ONE) if high is None else (low + high) // 2
            todo += [
                [half if i == int(mark) else cell[i] for i in range(3)] for half in ((middle, high), (low, middle))
            ]
    if todo:
        raise Rejected("the tree leaves cells uncovered")
    return found


def times(f: Poly, g: Poly) -> Poly:
    return plus(*((a * b, {(i + k, j + m): Fraction(1)}) for (i, j), a in f.items() for (k, m), b in g.items()))


def plus(*terms: tuple[Fraction | int, Poly]) -> Poly:
    total: Poly = {}
    for factor, f in terms:
        for powers, a in f.items():
            total[powers] = total.get(powers, Fraction(0)) + factor * a
    return {powers: a for powers, a in total.items() if a}


def wedges(p: Fraction, first: int, second: int, penalty: int, kappa: Fraction) -> list[Poly]:
    """N for 0 ≤ 2x, y ≤ 1 and (q, β) = (−x, xy), (−xy, x), (−x, −xy), (−xy, −x); A = E z² − s²(β⁻)² − sp(β⁻)³/3 − spD₂
    − p²D₃/3, B = E x₁z + sp(β⁻)³/6 + p²D₃/6, with D_k = xᵏ(…) the mean of ((β + qx₂)⁻)ᵏ."""
    s, v, one = 1 - p, p / 3 - p * p / 4, {(0, 0): Fraction(1)}
    x, xy = {(1, 0): Fraction(1, 2)}, {(1, 1): Fraction(1, 2)}
    found = []
    for size, offset, side, mean2, mean3 in (
        (x, xy, 1, "1/3 -1 1 -1/3", "1/4 -1 3/2 -1 1/4"),
        (xy, x, 1, "", ""),
        (x, xy, -1, "1/3 1 1", "1/4 1 3/2 1"),
        (xy, x, -1, "1 1 1/3", "1 3/2 1 1/4"),
    ):
        d2, d3 = ({(k, j): Fraction(c) / 2**k for j, c in enumerate(t.split())} for k, t in ((2, mean2), (3, mean3)))
        q, b, below = plus((-1, size)), plus((side, offset)), offset if side < 0 else {}
        q2, below2 = times(q, q), times(below, below)
        cube = times(below2, below)
        square = plus((p / 3, one), (p / 3, q2), (1, times(b, b)), (p * p / 2, q), (p, b), (p, times(b, q)))
        square = plus((1, square), (-s * s, below2), (-s * p / 3, cube), (-s * p, d2), (-p * p / 3, d3))
        cross = plus((p / 3, one), (p * p / 4, q), (p / 2, b), (s * p / 6, cube), (p * p / 6, d3))
        kept = plus((first, cross), (second * v, q2))
        whole = plus((first, square), (second * v + 2 * penalty, q2), (second * v, times(q2, q2)))
        n = plus((first * p / 3 + second * v - kappa, whole), (-1, times(kept, kept)))
        found.append({(i - 2, j): a for (i, j), a in n.items()} if kappa == second * v else n)
    return found


def positive(n: Poly) -> bool:
    """Whether bisection proves N > 0 on [0, 1]² by Bernstein coefficients, times powers of 2."""

    def bernstein(row: list[Any]) -> list[Any]:
        size = len(row)
        return [sum(row[k] * Fraction(comb(i, k), comb(size - 1, k)) for k in range(i + 1)) for i in range(size)]

    def halves(row: list[int]) -> tuple[list[int], list[int]]:
        size, left, right = len(row), [], []
        for k in range(1, size + 1):
            left.append(row[0] << size - k)
            right.append(row[-1] << size - k)
            row = [a + b for a, b in pairwise(row)]
        return left, right[::-1]

    def turned(rows: Any) -> list[list[Any]]:
        return [list(column) for column in zip(*rows, strict=True)]

    width, height = max(i for i, _ in n), max(j for _, j in n)
    if min(i for i, _ in n) < 0:
        return False
    rows = [bernstein([n.get((i, j), Fraction(0)) for j in range(height + 1)]) for i in range(width + 1)]
    rows = [bernstein(column) for column in turned(rows)]
    scale = lcm(*(a.denominator for row in rows for a in row))
    todo = [[[int(a * scale) for a in row] for row in rows]]
    for _ in range(MOST_PIECES):
        if not todo:
            return True
        piece = todo.pop()
        if min(map(min, piece)) <= 0:
            if min(piece[0][0], piece[0][-1], piece[-1][0], piece[-1][-1]) <= 0:
                return False
            steps = [max((abs(a - b) for r in t for a, b in pairwise(r)), default=0) for t in (piece, turned(piece))]
            parts = [halves(row) for row in (piece if steps[0] > steps[1] else turned(piece))]
            todo += [
                [part[k] for part in parts] if steps[0] > steps[1] else turned(p[k] for p in parts) for k in (0, 1)
            ]
    return False


def chart(document: Any, p: Fraction, weights: Weights, lower: Fraction, upper: Fraction) -> set[str]:
    """Cover one chart; what is proved of the minimisers in it, in words."""
    whole, proved, linear = (weights[0] + weights[1]) * p / 3, set(), False
    for cell in leaves(document["tree"]):
        (q, _), (low, high), (second, _) = cell
        if high is not None and 2 * max(-q, -low, high) <= ONE and second >= -q:
            linear = True
        elif high is not None and high < 0 and weights[0] * p * Fraction(-high, ONE) ** 3 > 3 * upper:
            continue
        elif not angle(cell, p, weights, whole - upper):
            if lower == upper or not angle(cell, p, weights, whole - lower):
                raise Rejected("a leaf of the tree is not above the lower bound")
            clipped = all(end is not None and end < -(cell[0][1] or 0) for _, end in cell[1:])
            proved.add("both outputs are clipped" if clipped else "any outputs may be clipped")
    if linear:
        level = upper if document["linear"] == "above" else lower
        if not all(positive(n) for n in wedges(p, *weights, level)):
            raise Rejected("the bound does not hold where the output of the weaker feature is never clipped")
        if level < upper:
            proved.add("the output of the weaker feature is never clipped")
        elif upper == weights[1] * (p / 3 - p * p / 4):
            proved.add("one feature has w = 1 and b = 0, the other w = 0 and b = p/2")
    return proved


def verify(document: Any) -> str:
    """The theorem that a certificate proves, in one sentence. Raises Rejected, which is a ValueError.

    >>> from pathlib import Path
    >>> file = Path(__file__).parents[1] / "analytic" / "certificates" / "drop-s05-penalty000-above.json.gz"
    >>> verify(read(file.read_bytes()))[:52]
    'At s = 1/20, I = (1, 484483917/500000000), λ = 0 the'
    """
    try:
        return theorem(document)
    except Rejected:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise Rejected(
            f"document must be what a certificate holds, got another {type(document).__name__} ({error!r})"
        ) from None


def theorem(document: Any) -> str:
    if document.get("digest") != digest({key: value for key, value in document.items() if key != "digest"}):
        raise Rejected("the digest does not fit: the file was changed")
    if document.get("kind") == "polygon":
        return polygon(document)
    s, penalty, lower, upper = (Fraction(document[key]) for key in ("sparsity", "penalty", "lower", "upper"))
    one, other = (Fraction(i) for i in document["importance"])
    if not (0 < s < 1 and min(one, other) > 0 <= penalty and 0 < lower <= upper):
        raise Rejected("s must lie in (0, 1), importances must be positive, λ ≥ 0, and 0 < lower ≤ upper")
    p, scale = 1 - s, lcm(*(number.denominator for number in (one, other, penalty)))
    first, second, strength = (int(number * scale) for number in (one, other, penalty))
    weights = ((first, second, strength), (second, first, strength))
    reached = dropped = min(first, second) * (p / 3 - p * p / 4)
    if document["point"] is not None:
        reached = min(dropped, highest(document["point"]["at"], p, weights[document["point"]["chart"]]))
    if not reached <= upper * scale <= dropped:
        raise Rejected("the upper bound is not reached, or lies above the loss of dropping a feature")
    if len(document["charts"]) != (1 if first == second else 2):
        raise Rejected("there must be a tree for each chart")
    parts = zip(document["charts"], weights, strict=False)
    known = sorted(set().union(*(chart(part, p, w, lower * scale, upper * scale) for part, w in parts)))
    return (
        f"At s = {s}, I = ({one}, {other}), λ = {penalty} the least loss over all W and b lies in [{lower}, {upper}] "
        f"({float(lower):.12g}, width {float(upper - lower):.1g}), and at every minimiser with w1 w2 <= 0 {' or '.join(known)}."
    )


def polygon(document: Any) -> str:
    try:
        return str(run_path(str(Path(__file__).with_name("polygon_certificate.py")))["verify"](document))
    except ValueError as error:
        raise Rejected(error) from error


def digest(body: Any) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def read(content: bytes) -> Any:
    """The JSON of a file, unpacked where it is gzipped, of `MOST_BYTES` at most."""
    if content.startswith(b"\x1f\x8b"):
        unpacking = zlib.decompressobj(wbits=31)
        content = unpacking.decompress(content, MOST_BYTES + 1)
        if len(content) <= MOST_BYTES and not unpacking.eof:
            raise Rejected("the gzipped file is cut short")
    if len(content) > MOST_BYTES:
        raise Rejected(f"more than {MOST_BYTES} bytes are no certificate")
    return json.loads(content)


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: certificate.py FILE", file=sys.stderr)
        return 2
    try:
        with open(arguments[0], "rb") as file:
            print(verify(read(file.read(MOST_BYTES + 1))))
    except OSError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, zlib.error) as error:
        print(f"rejected: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
