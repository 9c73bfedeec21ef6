"""The smallest model's derived loss, held to quadrature, sampling, differences and its compiled form."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from random import Random

import numpy as np
import sympy
import torch

from analytic.exact import to_sympy
from analytic.n2m1 import CHAMBERS, PARAMETERS, WEIGHTS, SmallestModel, compiled_loss, edges
from numeric.model import ToyModel
from numeric.monte_carlo import expected_loss_monte_carlo
from numeric.quadrature import expected_loss_quadrature
from numeric.running.progress import Progress, each
from numeric.sample import sample_independent

from ..check import Outcome, Worst

EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Point:
    """A model at exact weights."""

    model: SmallestModel
    w1: Fraction
    w2: Fraction

    @property
    def exact(self) -> float:
        return float(self.model.loss(self.w1, self.w2))

    @property
    def floats(self) -> tuple[float, ...]:
        """(w₁, w₂, s, I₁, I₂, λ)."""
        return tuple(map(float, (self.w1, self.w2, *self.model.parameters)))

    @property
    def label(self) -> str:
        s, i1, i2, strength = self.model.parameters
        return f"w = ({self.w1}, {self.w2}), s = {s}, I = ({i1}, {i2}), λ = {strength}"

    def quadrature(self) -> float:
        """K straight from its definition: SciPy's adaptive quadrature, and the interference penalty from WᵀW."""
        return _by_quadrature(self.floats)


def _by_quadrature(floats: tuple[float, ...]) -> float:
    w1, w2, s, i1, i2, strength = floats
    W = np.array([[w1, w2]])
    gram = W.T @ W
    penalty = strength * float((gram**2).sum() - (gram.diagonal() ** 2).sum())
    return expected_loss_quadrature(W, None, s, [i1, i2]).value + penalty


def points(count: int) -> list[Point]:
    """Rational points, a third in each chamber, the first three of each on its edges; a quarter with a penalty."""
    random = Random("points of the smallest model")
    found = []
    for index in range(count):
        size = Fraction(random.randint(16, 96), 64)
        share = Fraction(random.randint(1, 63), 64) if index >= 9 else Fraction(index // 3, 2)
        sign = random.choice((-1, 1))
        same = (size, size * share), (size * share, size)
        pair = (random.choice(same), (size, -size * share), (-size * share, size))[index % 3]
        model = SmallestModel(
            Fraction(random.randint(0, 19), 20),
            (Fraction(random.randint(0, 30), 10), Fraction(random.randint(1, 30), 10)),
            Fraction(random.randint(1, 8), 8) if random.random() < 0.25 else 0,
        )
        found.append(Point(model, sign * pair[0], sign * pair[1]))
    return found


def quadrature(count: int, progress: Progress) -> Outcome:
    """Relative difference of K and quadrature, the largest over `count` points."""
    worst = Worst()
    for point in each(points(count), progress):
        exact, integral = point.exact, point.quadrature()
        worst.see(abs(exact - integral) / exact, exact, integral, point.label)
    return worst.outcome(
        1e-9,
        "relative; the quadrature asks for 1e-13 and loses digits to cancellation where K is small",
        {"points": count},
    )


def monte_carlo(count: int, samples: int, progress: Progress) -> Outcome:
    """Difference of K and the sample mean in standard errors, the largest over `count` points without penalty."""
    chosen = [p for p in points(60 + 8 * count) if p.model.parameters[3] == 0][9 : 9 + count]
    worst = Worst()
    for index, point in enumerate(chosen):
        w1, w2, s, i1, i2, _ = point.floats
        mean, error = expected_loss_monte_carlo([[w1, w2]], None, s, [i1, i2], samples=samples, seed=index)
        worst.see(abs(point.exact - mean) / error, point.exact, mean, point.label)
        progress((index + 1) / count)
    return worst.outcome(
        5.0,
        f"standard errors of {samples:,} samples; false alarm in one of {count} points: {count * 5.7e-7:.0e}",
        {"points": count, "samples": samples},
    )


def kink(progress: Progress) -> Outcome:
    """Jump of ∂K/∂w across each edge, derived, against one-sided slopes of quadrature extrapolated to the edge.

    With D(h) = (K(+h) − 2K(0) + K(−h))/h the jump is D(0); five values of D give it up to h⁵|D⁽⁵⁾| and rounding.
    """
    step = 1 / 256
    model = SmallestModel("3/10", (1, "7/10"), "1/5")
    parameters = dict(zip(PARAMETERS, map(to_sympy, model.parameters), strict=True))
    worst = Worst()
    for edge in each(edges(), progress):
        across, value = edge.where
        at = dict.fromkeys(WEIGHTS, sympy.Rational(3, 4))
        at[across] = value.subs(at)
        derived = float(edge.gradient_jump[WEIGHTS.index(across)].subs(at).subs(parameters))
        rows = [[float(at[w]) + (k * step if w is across else 0) for w in WEIGHTS] for k in range(-5, 6)]
        losses = np.array([_by_quadrature((*row, *map(float, model.parameters))) for row in rows])
        ratios = (losses[6:] - 2 * losses[5] + losses[4::-1]) / (step * np.arange(1, 6))
        measured = float(np.polyval(np.polyfit(np.arange(1, 6), ratios, 4), 0))
        worst.see(abs(derived - measured), derived, measured, f"between {' and '.join(edge.between)}")
    return worst.outcome(
        1e-7, "five-point extrapolation at h = 1/256: h⁵|D⁽⁵⁾| < 1e-9, and quadrature rounding 31 · 4e-13/h < 1e-8"
    )


def compiled(count: int, progress: Progress) -> Outcome:
    """Compiled K and gradient against exact rationals, in NumPy and torch, relative to the size of their terms."""
    chosen = points(count)
    exact = np.array([_value_and_gradient(point) for point in chosen]).T
    progress(0.7)
    columns = list(np.array([point.floats for point in chosen]).T)
    by_numpy = np.array(compiled_loss()(*columns))
    tensors = [torch.tensor(column, requires_grad=True) for column in columns]
    by_torch = compiled_loss()(*tensors, namespace=torch)
    by_autograd = torch.autograd.grad(by_torch[0].sum(), tensors[:2])
    w1, w2, _, i1, i2, strength = columns
    terms = (i1 + i2 + strength) * (1 + np.hypot(w1, w2)) ** 4
    routes = {
        "numpy": by_numpy,
        "torch": np.array([value.detach().numpy() for value in by_torch]),
        "torch autograd": np.array([exact[0], *(gradient.numpy() for gradient in by_autograd)]),
    }
    errors = {name: np.abs(found - exact) / terms for name, found in routes.items()}
    name = max(errors, key=lambda name: float(errors[name].max()))
    row, column = np.unravel_index(errors[name].argmax(), errors[name].shape)
    return Outcome(
        exact=f"{exact[row, column]:.13g}",
        independent=f"{routes[name][row, column]:.13g}",
        deviation=float(errors[name].max()),
        tolerance=32 * EPS,
        reason="float64 rounding of some 30 operations, relative to (I₁ + I₂ + λ)(1 + |w|)⁴",
        data={"points": count, "worst": f"{name}, {chosen[int(column)].label}"},
    )


def _value_and_gradient(point: Point) -> list[float]:
    """K, ∂K/∂w₁ and ∂K/∂w₂ in rationals, on the side of the first chamber that holds the point."""
    at = dict(zip(WEIGHTS, map(to_sympy, (point.w1, point.w2)), strict=True))
    loss = point.model.chamber_loss(next(c for c in CHAMBERS if c.condition.subs(at)))
    return [float(expression.subs(at)) for expression in (loss, *(loss.diff(w) for w in WEIGHTS))]


def published_antipodal(progress: Progress) -> Outcome:
    """K at W = (1, −1), exactly, against the loss published for these fixed weights, (I₁ + I₂) p²/6."""
    settings = [(Fraction(k, 8), (Fraction(1), Fraction(j, 4))) for k in range(9) for j in range(1, 9)]
    worst = Worst()
    for s, importance in settings:
        exact = Fraction(str(SmallestModel(s, importance).loss(1, -1)))
        published = sum(importance) * (1 - s) ** 2 / 6
        worst.see(abs(exact - published), exact, published, f"s = {s}, I = {tuple(map(str, importance))}")
    return worst.outcome(0.0, "both exact", {"points": len(settings)})


def hand_set(count: int, samples: int, progress: Progress) -> Outcome:
    """Exact minimisers put into the torch model, their sampled loss against the exact one, in standard errors."""
    worst = Worst()
    for index in each(range(count), progress):
        s, extra = Fraction(1 + 17 * index % 20, 20), Fraction(1 + 7 * index % 12, 6)
        model = SmallestModel(s, (1, extra)) if s < 1 else SmallestModel("1/2", (1, extra))
        minimum = model.global_minima()[0]
        mean, error = _sampled_by_torch(model, minimum.floats, samples, seed=index)
        exact = float(minimum.value)
        worst.see(abs(exact - mean) / error, exact, mean, f"s = {s}, I = (1, {extra}), {minimum.phase}")
    return worst.outcome(
        5.0,
        f"standard errors of {samples:,} samples; false alarm in one of {count} settings: {count * 5.7e-7:.0e}",
        {"settings": count, "samples": samples},
    )


def _sampled_by_torch(
    model: SmallestModel, weights: tuple[float, float], samples: int, seed: int
) -> tuple[float, float]:
    s, i1, i2, _ = map(float, model.parameters)
    network = ToyModel.from_weights(torch.tensor([[weights]], dtype=torch.float64))
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        x = sample_independent(s, (1, samples, 2), generator, dtype=torch.float64)
        losses = ((x - network(x)) ** 2 @ torch.tensor([i1, i2], dtype=torch.float64)).flatten()
    return float(losses.mean()), float(losses.std()) / samples**0.5
