r"""The expected loss of the smallest model, derived from its integral.

Two features in one dimension, no bias: :math:`f_i(x) = \mathrm{ReLU}(w_i h)` with :math:`h = w_1 x_1 + w_2 x_2`, and

.. math:: K = \sum_T P(T) K_T + 2\lambda w_1^2 w_2^2, \qquad
          K_T = \int_{[0,1]^T} \sum_i I_i (x_i - f_i(x))^2 dx, \qquad P(T) = s^{2-|T|} (1-s)^{|T|}.

Where :math:`z_i = w_i h` is positive depends only on the *chamber* that (w₁, w₂) lies in:

* `same_sign` (w₁w₂ ≥ 0): everywhere, so the model is linear;
* `opposite_first` (w₁w₂ < 0, |w₁| ≥ |w₂|): the line h = 0 is x₁ = −(w₂/w₁) x₂, it cuts the square from its corner 0 to
  the side x₂ = 1; above it z₁ > 0, below it z₂ > 0;
* `opposite_second`: the same with the features exchanged.

In each chamber every integrand is a polynomial on a region with linear ends, so SymPy integrates it literally. Nothing
below is a typed-in result. Source of the model: Elhage et al. 2022, "Toy Models of Superposition".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import sympy
from sympy import Eq, Expr, Integral, Poly, Rational

w1, w2 = WEIGHTS = sympy.symbols("w_1 w_2", real=True)
x1, x2 = INPUTS = sympy.symbols("x_1 x_2", nonnegative=True)
s = sympy.Symbol("s", nonnegative=True)
p = sympy.Symbol("p", nonnegative=True)
I1, I2 = IMPORTANCES = sympy.symbols("I_1 I_2", nonnegative=True)
penalty = sympy.Symbol("lambda", nonnegative=True)
u = sympy.Symbol("u", real=True)
PARAMETERS = (s, I1, I2, penalty)

SUPPORTS: tuple[tuple[int, ...], ...] = ((), (0,), (1,), (0, 1))
Limits = tuple[tuple[sympy.Symbol, Expr, Expr], ...]


@dataclass(frozen=True)
class Step:
    """One line of the derivation: what it says and the equation, as SymPy, LaTeX or MathML."""

    title: str
    equation: Expr

    @property
    def latex(self) -> str:
        return str(sympy.latex(self.equation))

    @property
    def mathml(self) -> str:
        """Presentation MathML, wrapped in a `math` element that a browser shows as a block."""
        body = sympy.mathml(self.equation, printer="presentation").replace("<mi>relu</mi>", "<mi>ReLU</mi>")
        return f'<math xmlns="http://www.w3.org/1998/Math/MathML" display="block">{body}</math>'

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex}$"


@dataclass(frozen=True)
class Radial:
    r"""The loss along rays of one chamber: :math:`K = C - \rho L(u) + \rho^2 Q(u)`.

    `chart` 0: ρ = w₁², u = w₂/w₁; `chart` 1: ρ = w₂², u = w₁/w₂. L and Q are polynomials in u. The best scale on a
    ray is ρ = L/2Q with loss C − L²/4Q, so directions are critical where :attr:`stationarity` P = 2L′Q − LQ′
    vanishes.
    """

    chart: int
    constant: Expr
    linear: Expr
    quartic: Expr

    @property
    def scale(self) -> Expr:
        return self.linear / (2 * self.quartic)

    @property
    def loss(self) -> Expr:
        return self.constant - self.linear**2 / (4 * self.quartic)

    @property
    def stationarity(self) -> Expr:
        return sympy.expand(2 * self.linear.diff(u) * self.quartic - self.linear * self.quartic.diff(u))


@dataclass(frozen=True)
class Chamber:
    """A region of the (w₁, w₂) plane on which K is one rational function. `larger` names the weight of larger size."""

    name: str
    condition: sympy.Basic
    opposite: bool
    larger: int

    def positive_region(self, feature: int, support: tuple[int, ...]) -> Limits | None:
        """Where z_feature > 0 in the cube of `support`, as limits of iterated integrals, innermost first.

        None where it is nowhere positive (up to a null set).
        """
        whole = tuple((INPUTS[j], Rational(0), Rational(1)) for j in support)
        if not self.opposite:
            return whole
        if len(support) < 2:
            return whole if support == (feature,) else None
        smaller = 1 - self.larger
        line = -WEIGHTS[smaller] / WEIGHTS[self.larger] * INPUTS[smaller]
        ends = (line, Rational(1)) if feature == self.larger else (Rational(0), line)
        return (INPUTS[self.larger], *ends), (INPUTS[smaller], Rational(0), Rational(1))

    def integral(self, support: tuple[int, ...]) -> Expr:
        r"""K_T as unevaluated integrals: :math:`\sum_i I_i (\int x_i^2 + \int_{z_i > 0} (z_i^2 - 2 x_i z_i))`."""
        x = [INPUTS[i] if i in support else Rational(0) for i in (0, 1)]
        h = w1 * x[0] + w2 * x[1]
        total = Rational(0)
        for i in (0, 1):
            if i in support:
                total += IMPORTANCES[i] * Integral(x[i] ** 2, *((INPUTS[j], 0, 1) for j in support))
            region = self.positive_region(i, support)
            if support and region is not None:
                z = sympy.expand(WEIGHTS[i] * h)
                total += IMPORTANCES[i] * Integral(sympy.expand(z**2 - 2 * x[i] * z), *region)
        return total

    def support_loss(self, support: tuple[int, ...]) -> Expr:
        """K_T, integrated."""
        return _support_loss(self, support)

    @property
    def loss(self) -> Expr:
        """K in w₁, w₂, s, I₁, I₂, λ: a polynomial, over the larger weight in the chambers of opposite signs."""
        return _chamber_loss(self)

    @property
    def radial(self) -> Radial:
        """The loss along rays, in the chart of the larger weight."""
        return _radial(self, self.larger)

    def radial_in(self, chart: int) -> Radial:
        """The loss along rays in chart 0 (ρ = w₁², u = w₂/w₁) or 1 (ρ = w₂², u = w₁/w₂); polynomial in u in `radial`'s
        chart, and for `same_sign` in both."""
        return _radial(self, chart)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Integrand, the integral over each support, the sum, the radial form: the whole derivation, to print."""
        kt = [sympy.Symbol("K_" + "".join(str(j + 1) for j in t)) for t in SUPPORTS]
        h = w1 * x1 + w2 * x2
        relu = sympy.Function("ReLU")
        integrand = sum(
            (IMPORTANCES[i] * (INPUTS[i] - relu(WEIGHTS[i] * h, evaluate=False)) ** 2 for i in (0, 1)),
            Rational(0),
        )
        radial = self.radial
        rho = sympy.Symbol("rho", nonnegative=True)
        steps = [Step("Squared error of an input", Eq(sympy.Symbol("e"), integrand, evaluate=False))]
        for name, support in zip(kt[1:], SUPPORTS[1:], strict=True):
            title = "Active: " + " and ".join(f"feature {j + 1}" for j in support)
            integral = sympy.Eq(name, self.integral(support), evaluate=False)
            steps.append(Step(f"{title}, as integrals over where the output is positive", integral))
            steps.append(Step(f"{title}, integrated", Eq(name, self.support_loss(support), evaluate=False)))
        mixture = sum((probability(t) * k for t, k in zip(SUPPORTS[1:], kt[1:], strict=True)), interference())
        steps += [
            Step("Mixture over supports", Eq(sympy.Symbol("K"), mixture, evaluate=False)),
            Step(
                "Expected loss in this chamber, with p = 1 − s",
                Eq(sympy.Symbol("K"), _by_density(self.loss, WEIGHTS), evaluate=False),
            ),
            Step(
                "Along a ray K = C − ρL(u) + ρ²Q(u): the gain",
                Eq(sympy.Symbol("L"), _by_density(radial.linear, (u,)), evaluate=False),
            ),
            Step("the cost", Eq(sympy.Symbol("Q"), _by_density(radial.quartic, (u,)), evaluate=False)),
            Step("Best scale", Eq(rho, sympy.Symbol("L") / (2 * sympy.Symbol("Q")), evaluate=False)),
            Step("Critical directions", Eq(_by_density(radial.stationarity, (u,)), 0, evaluate=False)),
        ]
        return tuple(steps)


SAME_SIGN = Chamber("same_sign", sympy.Ge(w1 * w2, 0), opposite=False, larger=0)
OPPOSITE_FIRST = Chamber(
    "opposite_first", sympy.And(w1 * w2 < 0, sympy.Ge(sympy.Abs(w1), sympy.Abs(w2))), opposite=True, larger=0
)
OPPOSITE_SECOND = Chamber(
    "opposite_second", sympy.And(w1 * w2 < 0, sympy.Ge(sympy.Abs(w2), sympy.Abs(w1))), opposite=True, larger=1
)
CHAMBERS = (SAME_SIGN, OPPOSITE_FIRST, OPPOSITE_SECOND)


def probability(support: tuple[int, ...]) -> Expr:
    """P(T) = s^(n − |T|) (1 − s)^|T| for n = 2."""
    return s ** (2 - len(support)) * (1 - s) ** len(support)


def interference() -> Expr:
    """λ Σ_{i≠j} (W_i·W_j)² = 2λ w₁² w₂²."""
    return 2 * penalty * w1**2 * w2**2


@lru_cache(maxsize=16)
def _support_loss(chamber: Chamber, support: tuple[int, ...]) -> Expr:
    return sympy.expand(chamber.integral(support).doit())


@lru_cache(maxsize=3)
def _chamber_loss(chamber: Chamber) -> Expr:
    mixture = sum((probability(t) * chamber.support_loss(t) for t in SUPPORTS), interference())
    return sympy.collect(sympy.expand(mixture), WEIGHTS, lambda c: sympy.factor(c))


@lru_cache(maxsize=6)
def _radial(chamber: Chamber, chart: int) -> Radial:
    reference, other = WEIGHTS[chart], WEIGHTS[1 - chart]
    on_ray = sympy.expand(chamber.loss.subs(other, u * reference))
    powers = {degree: c for (degree,), c in Poly(on_ray, reference).terms()}
    if set(powers) - {0, 2, 4}:
        raise ArithmeticError(f"the loss along a ray must be biquadratic, got degrees {sorted(powers)}")
    return Radial(chart, sympy.factor(powers[0]), _by_ratio(-powers[2]), _by_ratio(powers[4]))


def in_density(expression: Expr) -> Expr:
    """The expression in p = 1 − s instead of s, expanded."""
    return sympy.expand(expression.subs(s, 1 - p))


def _by_density(expression: Expr, variables: tuple[sympy.Symbol, ...]) -> Expr:
    """The same, collected: shorter to read."""
    return sympy.collect(in_density(expression), variables, lambda c: sympy.factor(c))


def _by_ratio(coefficient: Expr) -> Expr:
    return sympy.collect(sympy.expand(coefficient), u, lambda c: sympy.factor(c))
