r"""Re-verify a certificate of the smallest model with bias: Python integers and the standard library, nothing else.

`python -I verify/certificate.py FILE` (JSON, or that gzipped) prints the theorem that was checked and ends with 0, or with 1 for
a file that proves nothing. The model is f(x) = ReLU(WᵀWx + b), n = 2, m = 1, K = Σ I_i E(x_i − f_i)² + 2λw₁²w₂². Certificates
of polygons are checked by `polygon_certificate.py`, of three features by `axis_certificate.py`, which lie beside this file.

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

A certificate for a range of sparsities proves that dropping is best for all p in [p₀, p₁]: T, L and Q₀ are quadratic in p, and
inequalities between polynomials of p are proved by their Bernstein coefficients; a quadratic is given by its polar form at
(p₀, p₀), (p₀, p₁), (p₁, p₁). At a smaller r or a larger λ dropping is the better still: the least loss is concave in (r, λ), at
most rv, and 0 at r = 0.
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
Law = tuple[int, int, int, int]  # p², ps, s² and their denominator, or a polar form of them
Level = tuple[Fraction | int, int]  # κ = a + kv
Poly = dict[tuple[int, ...], Fraction]  # powers of x, y and u, or of x and y


class Rejected(ValueError):
    """The file does not prove what it says."""


def mix(p: Fraction, q: Fraction) -> Law:
    """The polar form of (p², ps, s²) at p, q."""
    d = 2 * p.denominator * q.denominator
    return int(p * q * d), int((p + q - 2 * p * q) * d / 2), int((1 - p) * (1 - q) * d), d


def moments(z: Slopes, law: Law) -> list[int]:
    """E x₁z⁺, E x₂z⁺ and E z⁺ of z = ax₁ + cx₂ + b in units of 2^-GUARD, rounded down."""
    pp, ps, ss, d = law
    a, c, b = z
    v, w, u, t = (max(y, 0) for y in (b, b + a, b + c, b + a + c))

    def cross(a: int, c: int, w: int, u: int) -> tuple[int, int]:
        if a and c:
            alone = c * (12 * a * w**2 - 4 * (w**3 - v**3))
            return ps * alone + pp * (4 * a * (t**3 - w**3) - t**4 + w**4 + u**4 - v**4), 24 * a * a * c * d
        if c:
            return 2 * ps * c * v + pp * (u * u - v * v), 4 * c * d
        return ((pp + ps) * (3 * a * w**2 - w**3 + v**3), 6 * a * a * d) if a else ((pp + ps) * v, 2 * d)

    mean = v, 1
    if a and c:
        one = 3 * ps * (c * (w**2 - v**2) + a * (u**2 - v**2))
        mean = 6 * a * c * ss * v + one + pp * (t**3 - w**3 - u**3 + v**3), 6 * a * c * d
    elif a or c:
        mean = 2 * (a or c) * (ss + ps) * v + (pp + ps) * ((w if a else u) ** 2 - v**2), 2 * (a or c) * d
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
        seen = moments(z, mix(p, p))
        cross += weights[i] * (seen[0] >> i * BITS)
        square += weights[i] * tangent(i, seen, z, 1)
    return (weights[0] + weights[1]) * p / 3 - Fraction(max(cross, 0) ** 2, square << GUARD)


def part(cell: list[Side], law: Law, weights: Weights) -> tuple[list[tuple[int, int]], int]:
    """T and L at all vertices and directions, and Q₀. L in 2^-(BITS + GUARD), T, Q₀ in 2^-(2 BITS + GUARD)."""
    low, high = cell[0][0], cell[0][1] or 0
    centre = (low + high) // 2
    square, rows, pairs = 2 * weights[2] * centre**2 << GUARD, [], []
    for i, (start, stop) in enumerate(cell[1:]):
        at = slopes(i, centre, centre**2, max(2 * start, ONE) if stop is None else (start + stop) // 2)
        seen, weight, row = moments(at, law), weights[i], []
        square += weight * tangent(i, seen, at, 1)
        for c, a in ((low, low**2), (centre, low * high), (high, high**2)):
            corners = [slopes(i, c, a, b) for b in (start, stop) if b is not None]
            row.append([(weight * tangent(i, seen, z, -1), weight * upper(i, moments(z, law)[0])) for z in corners])
        rows.append(row)
        if stop is None:
            far = (weight * (law[0] + law[1]) << BITS + GUARD) // (2 * law[3]) + 1
            pairs.append((weight * seen[2] << BITS >> i * BITS, far))
    for c, first, second in zip((low, centre, high), *rows, strict=True):
        mixed = 2 * weights[2] * centre * c << GUARD
        pairs += [(t + u + mixed, k + m) for (t, k), (u, m) in product(first, second)]
    return pairs, square


def angle(cell: list[Side], laws: list[Law], weights: Weights, gap: list[Fraction]) -> bool:
    """Whether (C − κ)T² > Q₀L² at all vertices and directions, `gap` = C − κ by its coefficients."""
    parts = [part(cell, law, weights) for law in laws]
    scale, squares = lcm(*(g.denominator for g in gap)), [square for _, square in parts]
    whole = [int(g * scale) for g in gap]
    for pairs in zip(*(pairs for pairs, _ in parts), strict=True):
        slope, cross = zip(*pairs, strict=True)
        both = zip(scaled(whole, slope, slope), scaled(squares, cross, cross), strict=True)
        if min(slope) <= 0 or any(more << GUARD <= scale * less for more, less in both):
            return False
    return min(gap) > 0 and (cell[0][0] + (cell[0][1] or 0)) % 2 == 0


def scaled(*rows: Any) -> list[int]:
    """The Bernstein coefficients of a product, each times its binomial coefficient."""
    found = [1]
    for row in rows:
        sides = [comb(len(row) - 1, i) * c for i, c in enumerate(row)]
        found = [
            sum(found[k - i] * c for i, c in enumerate(sides) if 0 <= k - i < len(found))
            for k in range(len(found) + len(sides) - 1)
        ]
    return found


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
    return plus(
        *((a * b, {tuple(map(sum, zip(i, k, strict=True))): Fraction(1)}) for i, a in f.items() for k, b in g.items())
    )


def plus(*terms: tuple[Fraction | int, Any]) -> Poly:
    total: Poly = {}
    for factor, f in terms:
        for powers, a in f.items():
            total[powers] = total.get(powers, Fraction(0)) + factor * a
    return {powers: a for powers, a in total.items() if a}


def wedges(ends: list[Fraction], weights: Weights, level: Level) -> list[Poly]:
    """N for 0 ≤ 2x, y, u ≤ 1, p = p₀ + (p₁ − p₀)u and (q, β) = (−x, xy), (−xy, x), (−x, −xy), (−xy, −x); A = E z² − s²(β⁻)²
    − sp(β⁻)³/3 − spD₂ − p²D₃/3, B = E x₁z + sp(β⁻)³/6 + p²D₃/6, with D_k = xᵏ(…) the mean of ((β + qx₂)⁻)ᵏ."""
    first, second, penalty = weights
    half = Fraction(1, 2)
    one: Poly = {(0, 0, 0): Fraction(1)}
    p = plus((ends[0], one), (ends[-1] - ends[0], {(0, 0, 1): Fraction(1)}))
    s, p2 = plus((1, one), (-1, p)), times(p, p)
    sp, s2, v = times(s, p), times(s, s), plus((Fraction(1, 3), p), (Fraction(-1, 4), p2))
    x: Poly = {(1, 0, 0): half}
    xy: Poly = {(1, 1, 0): half}
    found = []
    for size, offset, side, mean2, mean3 in (
        (x, xy, 1, "1/3 -1 1 -1/3", "1/4 -1 3/2 -1 1/4"),
        (xy, x, 1, "", ""),
        (x, xy, -1, "1/3 1 1", "1/4 1 3/2 1"),
        (xy, x, -1, "1 1 1/3", "1 3/2 1 1/4"),
    ):
        d2, d3 = (
            plus((1, {(k, j, 0): Fraction(c) / 2**k for j, c in enumerate(t.split())}))
            for k, t in ((2, mean2), (3, mean3))
        )
        q, b, below = plus((-1, size)), plus((side, offset)), offset if side < 0 else {}
        q2, below2 = times(q, q), times(below, below)
        cube, third = times(below2, below), Fraction(1, 3)
        square = plus((third, p), (third, times(p, q2)), (1, times(b, b)), (half, times(p2, q)), (1, times(p, b)))
        square = plus((1, square), (1, times(p, times(b, q))), (-1, times(s2, below2)), (-third, times(sp, cube)))
        square = plus((1, square), (-1, times(sp, d2)), (-third, times(p2, d3)))
        cross = plus((third, p), (half / 2, times(p2, q)), (half, times(p, b)), (half / 3, times(sp, cube)))
        cross = plus((1, cross), (half / 3, times(p2, d3)))
        kept = plus((first, cross), (second, times(v, q2)))
        whole = plus((first, square), (second, times(v, plus((1, q2), (1, times(q2, q2))))), (2 * penalty, q2))
        gap = plus((first * third, p), (second - level[1], v), (-level[0], one))
        n = plus((1, times(gap, whole)), (-1, times(kept, kept)))
        found += in_density({(i - 2, j, k): a for (i, j, k), a in n.items()} if level == (0, second) else n)
    return found


def in_density(n: Poly) -> list[Poly]:
    """The Bernstein coefficients in u, polynomials in (x, y)."""
    degree = max(k for *_, k in n)
    return [
        plus(*((Fraction(comb(m, k), comb(degree, k)), {(i, j): a}) for (i, j, k), a in n.items() if k <= m))
        for m in range(degree + 1)
    ]


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


def chart(document: Any, ends: list[Fraction], weights: Weights, upper: Level, lower: Level) -> set[str]:
    """Cover one chart; what is proved of the minimisers in it, in words. `ends`: of p, one or two."""
    polar = [(ends[0], ends[0]), (ends[0], ends[-1]), (ends[-1], ends[-1])][: 2 * len(ends) - 1]
    laws = [mix(*pair) for pair in polar]
    above, within = (
        [(weights[0] + weights[1]) * (p + q) / 6 - a - k * ((p + q) / 6 - p * q / 4) for p, q in polar]
        for a, k in (upper, lower)
    )
    dense = ends[0]  # the least density: κ/p is largest there
    most = upper[0] + upper[1] * (dense / 3 - dense**2 / 4)
    proved, linear = set(), False
    for cell in leaves(document["tree"]):
        (q, _), (low, high), (second, _) = cell
        if high is not None and 2 * max(-q, -low, high) <= ONE and second >= -q:
            linear = True
        elif high is not None and high < 0 and weights[0] * dense * Fraction(-high, ONE) ** 3 > 3 * most:
            continue
        elif not angle(cell, laws, weights, above):
            if lower == upper or not angle(cell, laws, weights, within):
                raise Rejected("a leaf of the tree is not above the lower bound")
            clipped = all(end is not None and end < -(cell[0][1] or 0) for _, end in cell[1:])
            proved.add("both outputs are clipped" if clipped else "any outputs may be clipped")
    if linear:
        level = upper if lower == upper or document["linear"] == "above" else lower
        if not all(positive(n) for n in wedges(ends, weights, level)):
            raise Rejected("the bound does not hold where the output of the weaker feature is never clipped")
        if level != upper:
            proved.add("the output of the weaker feature is never clipped")
        elif upper == (0, weights[1]):
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
        return str(beside("polygon_certificate.py")(document))
    if document.get("kind") == "axis":
        return axis(document)
    given = document["sparsity"]
    ends = [1 - Fraction(s) for s in (reversed(given) if isinstance(given, list) else [given])]
    one, other = (Fraction(i) for i in document["importance"])
    penalty = Fraction(document["penalty"])
    if not (0 < ends[0] <= ends[-1] < 1 and min(one, other) > 0 <= penalty and len(ends) < 3):
        raise Rejected("s must lie in (0, 1), importances must be positive, and λ ≥ 0")
    scale = lcm(*(number.denominator for number in (one, other, penalty)))
    first, second, strength = (int(number * scale) for number in (one, other, penalty))
    weights = ((first, second, strength), (second, first, strength))
    if len(document["charts"]) != (1 if first == second else 2):
        raise Rejected("there must be a tree for each chart")
    drop = Fraction(0), min(first, second)
    if isinstance(given, list):
        if one <= other or len(ends) != 2:
            raise Rejected("a range is between two sparsities, with the more important feature first")
        for row, w in zip(document["charts"], weights, strict=False):
            chart(row, ends, w, drop, drop)
        return (
            f"For s in [{1 - ends[1]}, {1 - ends[0]}], I = (1, r), r <= {other / one}, λ >= {penalty / one} the least loss over "
            f"all W and b is r v, v = p/3 - p^2/4, and at every minimiser with w1 w2 <= 0 feature 2 is dropped."
        )
    p, lower, upper = ends[0], Fraction(document["lower"]), Fraction(document["upper"])
    reached = dropped = drop[1] * (p / 3 - p * p / 4)
    if document["point"] is not None:
        reached = min(dropped, highest(document["point"]["at"], p, weights[document["point"]["chart"]]))
    if not (0 < lower <= upper and reached <= upper * scale <= dropped):
        raise Rejected("the upper bound is not reached, or lies above the loss of dropping a feature")
    levels = [drop if bound * scale == dropped else (bound * scale, 0) for bound in (upper, lower)]
    rows = zip(document["charts"], weights, strict=False)
    known = sorted(set().union(*(chart(row, ends, w, levels[0], levels[1]) for row, w in rows)))
    return (
        f"At s = {1 - p}, I = ({one}, {other}), λ = {penalty} the least loss over all W and b lies in [{lower}, {upper}] "
        f"({float(lower):.12g}, width {float(upper - lower):.1g}), and at every minimiser with w1 w2 <= 0 {' or '.join(known)}."
    )


def axis(document: Any) -> str:
    pair = document["pair"]
    if [pair["sparsity"], pair["importance"], pair["penalty"]] != [document["sparsity"], ["1", "1"], "0"]:
        raise Rejected("the certificate of two features is for another setting")
    found = str(beside("axis_certificate.py")(document, Fraction(pair["lower"])))
    theorem(pair)
    return found


def beside(name: str) -> Any:
    """`verify` of a module that lies beside this one."""
    found = run_path(str(Path(__file__).with_name(name)))["verify"]

    def checked(*given: Any) -> str:
        try:
            return str(found(*given))
        except ValueError as error:
            raise Rejected(error) from error

    return checked


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
