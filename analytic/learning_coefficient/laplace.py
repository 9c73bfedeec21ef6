r"""Free energies of the phases of a Bayesian posterior exp(−nK) N(0, I) with exactly one active feature, m = 2.

A minimum that is regular across its orbit has −log ∫ exp(−nK) φ = F + O(1/n) in its basin and all its copies,

.. math:: F = n K^* + \lambda \log n + C, \qquad
          C = \tfrac12 \log 2\pi + \tfrac12 \log\det h + \tfrac12 |w^*|^2 - \log(2\pi |W|) - \log N - \log P,

by Laplace's method across the orbit of rotations. h is the Hessian of K across it, 2π|W| its length (|W|² = Σ W_ai²), N = c!/(k
u! v!) the number of copies: which features are dropped in which way, and (k − 1)! orders of the others around the circle. With
r = 2λ coordinates across an orbit of dimension 1, powers of 2π cancel but for one half.

**Plateau.** Beside k ≥ 5 corners (b < 0) K does not depend on a "−" feature (u, β) as long as no output acts on its input nor
its own on any: W_i·u ≤ −b, β ≤ −W_i·u for all corners i, and β ≤ −|u|². P is the mass that N(0, I₃) has there. In the sector of
one corner W_i·u = lx is largest, 0 ≤ x ≤ −b/l, and lx ≥ |u|² if −b ≤ l² cos²(π/k), which is certified. So with Φ the normal
distribution function

.. math:: P = 2k \int_0^{-b/l} \varphi(x)\, \Phi(-lx) \bigl(\Phi(x \tan\tfrac{\pi}{k}) - \tfrac12\bigr)\, dx .

Then |w*|² and h are those of the other coordinates. Where K has a kink (k = 3, 4) or two "−" features share the plane, C is
not given.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial
from typing import Any, Literal

import flint
import sympy
from flint import acb, arb, arb_mat, fmpq

from ..exact.enclosures import bits_for, enclosure, refined
from ..exact.rationals import digits_of, shown, whole
from ..loss import Enclosure
from ..one_sparse import KGon, Potential, polygons
from ..one_sparse.entries import at_bits
from ..one_sparse.signs import lifted, rotations, zero_rows
from .decision import learning_coefficient

MOST_FEATURES = 16
Keep = Literal["logarithm", "norm", "everything"]
_KEEP = ("logarithm", "norm", "everything")


@dataclass(frozen=True, kw_only=True)
class FreeEnergy:
    """F = n `loss` + λ log n + `constant`, λ = `coefficient`, and what the constant consists of; None where that is not known.

    `half_square` = ½|w*|², `log_determinant` = log det h, `log_orbit` = log 2π|W|, `log_plateau` = log P, `copies` = N.
    """

    name: str
    loss: Enclosure
    coefficient: sympy.Rational | None
    half_square: Enclosure
    log_determinant: Enclosure | None
    log_orbit: Enclosure
    log_plateau: Enclosure | None
    copies: int
    constant: Enclosure | None

    def at(self, n: int, keep: Keep = "everything") -> Enclosure:
        """F of `n` samples: nK + λ log n with nothing more ("logarithm"), ½|w*|² ("norm") or C ("everything") added.

        ValueError for n < 1 and for what is not known.
        """
        count = whole(n, "n", 1, 10**15)
        slope, power, rest = _parts(self, keep, "keep")
        with flint.ctx.workprec(_BITS):
            return enclosure(count * slope + power * arb(count).log() + rest)

    def __repr__(self) -> str:
        power = "?" if self.coefficient is None else str(self.coefficient)
        rest = "+ ?" if self.constant is None else f"{'-+'[float(self.constant) >= 0]} {abs(float(self.constant)):.6g}"
        return f"FreeEnergy({self.name}: {float(self.loss):.8g} n + {power} log n {rest})"


_BITS = 192


def free_energy(point: KGon, digits: int = 20) -> FreeEnergy:
    """Of a regular polygon beside dropped features, enclosures of radius 10^−`digits`. ValueError for a saddle.

    >>> from analytic.one_sparse import polygons
    >>> free_energy(polygons(6)[0])
    FreeEnergy(6: 0.048192376 n + 17/2 log n - 11.9117)
    """
    if not isinstance(point, KGon):
        raise ValueError(f"point must be a KGon, got {shown(point)}")
    known = learning_coefficient(point)
    if known.reason == "saddle":
        raise ValueError(f"point must be a minimum, got {shown(point)}, a saddle")
    regular = known.reason == "regular modulo its symmetry" and point.minus < 2
    target = sympy.Rational(1, 10 ** digits_of(digits))

    def attempt(bits: int) -> FreeEnergy | None:
        with flint.ctx.workprec(bits):
            terms = _terms(point, bits, regular)
            found = {name: None if value is None else enclosure(value) for name, value in terms.items()}
        if any(value is not None and value.radius > target for value in found.values()):
            return None
        name = f"{point.k}{'−' * point.minus}{'+' * point.plus}"
        return FreeEnergy(name=name, coefficient=known.value, copies=_copies(point), **found)  # type: ignore[arg-type]

    return refined(attempt, bits_for(digits) + 64)


def phases(c: int, digits: int = 20) -> tuple[FreeEnergy, ...]:
    """Of all regular k-gons beside c − k dropped features that are not certified saddles, 3 ≤ k ≤ c ≤ `MOST_FEATURES`.

    >>> [(phase.name, phase.coefficient) for phase in phases(4)]
    [('4', 11/2), ('3−', 4), ('3+', None)]
    """
    count = whole(c, "c", 3, MOST_FEATURES)
    found = []
    for k in range(count, 2, -1):
        for plus in range(count - k + 1):
            for shape in polygons(k):
                point = shape.with_dead(count - k - plus, plus)
                if learning_coefficient(point).reason != "saddle":
                    found.append(free_energy(point, digits))
    return tuple(found)


def switches(first: FreeEnergy, second: FreeEnergy, keep: Keep = "everything") -> tuple[Enclosure, ...]:
    r"""Where two free energies are equal, increasing n > 0: none, one or two, by Lambert's W.

    a n + λ log n + C = 0, the differences, at :math:`n = \frac\lambda a W(\frac a\lambda e^{-C/\lambda})`: W₀ where a/λ > 0, and
    both branches of W where −1/e ≤ its argument < 0. ValueError as `at`, and for equal losses.

    >>> five, six = (phase for phase in phases(6) if phase.name in ("5−", "6"))
    >>> [round(float(n), 2) for n in switches(five, six, "logarithm")][-1]
    445.11
    """
    (a1, power1, rest1), (a2, power2, rest2) = _parts(first, keep, "first"), _parts(second, keep, "second")
    with flint.ctx.workprec(_BITS):
        slope, power, rest = a2 - a1, power2 - power1, rest2 - rest1
        if slope.contains(0):
            raise ValueError(f"second must have another loss than {first.name}, got {second.name}")
        if power == 0:
            roots = [-rest / slope]
        else:
            argument = slope / power * (-rest / power).exp()
            if argument > 0:
                roots = [power / slope * argument.lambertw()]
            elif argument > -(arb(-1).exp()):
                roots = [power / slope * argument.lambertw(branch) for branch in (0, -1)]
            else:
                roots = []
        return tuple(enclosure(root) for root in roots if root > 0)


def _parts(phase: Any, keep: str, name: str) -> tuple[arb, fmpq, arb]:
    """K, λ and the constant that is kept."""
    if not isinstance(phase, FreeEnergy):
        raise ValueError(f"{name} must be a FreeEnergy, got {shown(phase)}")
    if keep not in _KEEP:
        raise ValueError(f"keep must be one of {', '.join(_KEEP)}, got {shown(keep)}")
    rest = {"logarithm": Enclosure(sympy.Integer(0), sympy.Integer(0)), "norm": phase.half_square}.get(
        keep, phase.constant
    )
    if phase.coefficient is None or rest is None:
        missing = "learning coefficient" if phase.coefficient is None else "constant"
        raise ValueError(f"the {missing} of {phase.name} is not known")
    power = fmpq(int(phase.coefficient.p), int(phase.coefficient.q))
    return at_bits(phase.loss, _BITS), power, at_bits(rest, _BITS)


def _copies(point: KGon) -> int:
    return factorial(point.c) // (point.k * factorial(point.minus) * factorial(point.plus))


def _terms(point: KGon, bits: int, regular: bool) -> dict[str, arb | None]:
    c, norm, bias = point.c, point.norm.ball(bits), point.bias.ball(bits)
    square = point.k * norm**2
    half_square = (square + point.k * bias**2 + point.plus * fmpq(1, 4 * c * c)) / 2
    orbit = (2 * arb.pi() * square.sqrt()).log()
    terms: dict[str, arb | None] = {"loss": point.loss().ball(bits), "half_square": half_square, "log_orbit": orbit}
    terms.update(log_determinant=None, log_plateau=None, constant=None)
    if regular:
        determinant = _determinant(point, bits, square).log()
        plateau = _plateau(point.k, norm, bias).log() if point.minus else arb(0)
        terms.update(log_determinant=determinant, log_plateau=plateau)
        mass = orbit + plateau + arb(_copies(point)).log()
        terms["constant"] = (2 * arb.pi()).log() / 2 + determinant / 2 + half_square - mass
    return terms


def _determinant(point: KGon, bits: int, square: arb) -> arb:
    """det h: with the tangent t of the orbit, |t|² = |W|², det(h + ttᵀ) = |t|² det h."""
    found = Potential(point.W, point.b).balls(bits)
    free = set(zero_rows(found.hessian))
    kept = [i for i in range(3 * point.c) if i not in free]
    tangents = [[t[i] for i in kept] for t in rotations(found.W, point.c)]
    h = [[found.hessian[i][j] / (3 * point.c) for j in kept] for i in kept]
    return arb_mat(lifted(h, tangents)).det() / square


def _plateau(k: int, norm: arb, bias: arb) -> arb:
    if not -bias < (norm * arb.cos_pi_fmpq(fmpq(1, k))) ** 2:
        raise ArithmeticError(f"the plateau beside the {k}-gon is not the set of the formula")
    tangent, root = (arb.pi() / k).tan(), arb(2).sqrt()

    def density(x: acb, analytic: bool) -> acb:
        return (-x * x / 2).exp() * (norm * x / root).erfc() * (tangent * x / root).erf()

    return k * acb.integral(density, 0, acb(-bias / norm)).real / (2 * (2 * arb.pi()).sqrt())
