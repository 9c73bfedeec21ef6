"""Features as directions: with and without a privileged basis, and when WᵀW is singular."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy
import torch
from matplotlib import pyplot
from sympy import Matrix, Rational, Symbol

from analytic.exact import is_zero
from analytic.polytopes import polytope
from numeric.metrics import gram_is_singular, in_superposition, numerical_rank
from numeric.model import HIDDEN_RELU, RELU_OUTPUT
from numeric.running.progress import Progress
from numeric.train import TrainConfig, population_loss, sampled_loss

from ..motifs.arrows import draw as draw_columns
from ..motifs.caption import Caption
from ..motifs.colour_scale import legend

TITLE = "Features as directions, and when WᵀW is singular"
SEED = 0
SECONDS = (9, 14)
SPARSITY = 0.8
TURN = Matrix([[Rational(3, 5), Rational(-4, 5)], [Rational(4, 5), Rational(3, 5)]])
"""A rotation with rational entries, by 53.13°."""
DEDICATED = Matrix([[1, 0, 0], [0, 1, 0]])
SQUARE = Matrix([[1, 0], [0, 1]])
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Example:
    """W (2, n) and what is exact of G = WᵀW, as text: `gram` n × n, `eigenvalues`, `determinant`; `values` (n, n) in floats.

    `aligned`: whether every stored feature lies along an axis of the hidden space. `singular`: G has no inverse;
    `superposed`: more columns are stored than the rank (`numeric.metrics`).
    """

    name: str
    W: Floats
    values: Floats
    gram: tuple[tuple[str, ...], ...]
    eigenvalues: tuple[str, ...]
    determinant: str
    rank: int
    aligned: bool
    singular: bool
    superposed: bool


@dataclass(frozen=True)
class Bases:
    """`examples`; `unchanged`: whether turning leaves WᵀW as it is, exactly, for the pairs of examples; and for each of the two W
    turned by `angle` (k,) degrees the loss without (`linear`) and with (`relu`) a ReLU in the hidden layer, (2, k).
    """

    examples: tuple[Example, ...]
    unchanged: tuple[bool, ...]
    angle: Floats
    linear: Floats
    relu: Floats


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Bases:
    triangle = Matrix(polytope("triangle").vertices)
    named = (
        ("two stored, on the axes", DEDICATED),
        ("the same, turned", TURN * DEDICATED),
        ("triangle", triangle),
        ("the same, turned", TURN * triangle),
        ("as many as dimensions", SQUARE),
    )
    examples = tuple(example(name, W) for name, W in named)
    progress(0.4)
    angle = np.linspace(0, 180, 361 if full else 91)
    curves = [_losses(_floats(W), angle) for W in (DEDICATED, triangle)]
    linear, relu = (np.stack(part) for part in zip(*curves, strict=True))
    unchanged = tuple(same_gram(W, TURN * W) for W in (DEDICATED, triangle))
    return Bases(examples, unchanged, angle, linear, relu)


def same_gram(W: Matrix, V: Matrix) -> bool:
    """Whether WᵀW = VᵀV, exactly."""
    return all(is_zero(entry) for entry in W.T * W - V.T * V)


def example(name: str, W: Matrix) -> Example:
    """Exact facts of a matrix of exact numbers (2, n)."""
    gram = (W.T * W).applyfunc(sympy.simplify)
    x = Symbol("x")
    eigenvalues = sympy.roots(gram.charpoly(x).as_expr(), x)
    ordered = sorted((value for value, count in eigenvalues.items() for _ in range(count)), key=float, reverse=True)
    floats = _floats(W)
    stored = [W[:, j] for j in range(W.cols) if not W[:, j].is_zero_matrix]
    return Example(
        name=name,
        W=floats,
        values=np.array(gram.tolist(), dtype=float),
        gram=tuple(tuple(str(entry) for entry in row) for row in gram.tolist()),
        eigenvalues=tuple(map(str, ordered)),
        determinant=str(sympy.simplify(gram.det())),
        rank=int(numerical_rank(floats)),
        aligned=all(0 in column for column in stored),
        singular=bool(gram_is_singular(floats)),
        superposed=bool(in_superposition(floats)),
    )


def _floats(W: Matrix) -> Floats:
    return np.array(W.tolist(), dtype=float)


def _losses(W: Floats, angle: Floats) -> tuple[Floats, Floats]:
    """Losses (k,) of W turned by each angle, b = 0: exact for a linear hidden layer, of one fixed sample for a ReLU there."""
    around = np.deg2rad(angle)
    turn = np.array([[np.cos(around), -np.sin(around)], [np.sin(around), np.cos(around)]]).transpose(2, 0, 1)
    weights = torch.from_numpy(turn @ W)
    bias = torch.zeros(len(angle), W.shape[1], dtype=torch.float64)
    losses = []
    for family, judge in ((RELU_OUTPUT, population_loss), (HIDDEN_RELU, None)):
        config = TrainConfig(
            n_features=W.shape[1],
            n_hidden=2,
            seeds=(SEED,) * len(angle),
            sparsity=(SPARSITY,) * len(angle),
            family=family,
        )
        found = judge(config, weights, bias) if judge else sampled_loss(config, weights, None, bias)
        losses.append(found.numpy())
    return losses[0], losses[1]


def caption(shown: Bases) -> Caption:
    flat = float(np.ptp(shown.linear, axis=1).max())
    low, high = shown.relu.min(axis=1), shown.relu.max(axis=1)
    best = shown.angle[shown.relu.argmin(axis=1)]
    return Caption(
        "Columns of W in the plane of two hidden neurons (m = 2) with WᵀW beside them, and below the loss as W is turned.",
        "WᵀW, its eigenvalues and its rank are exact, and a rotation with rational entries leaves WᵀW "
        f"{'unchanged' if all(shown.unchanged) else 'changed'}.",
        "So no basis is privileged unless the hidden layer has a ReLU, and superposition is not that WᵀW is singular, which for "
        "n > m it always is, but that more columns are stored than the rank.",
        (
            *(
                (
                    f"{one.name} (n = {one.W.shape[1]})",
                    f"eigenvalues {', '.join(one.eigenvalues)}, det {one.determinant}, rank {one.rank}, "
                    f"{'in superposition' if one.superposed else 'no superposition'}",
                )
                for one in shown.examples
            ),
            (
                "on the slides",
                "superposition if WᵀW is not invertible: but its rank is at most m, also where a feature is merely dropped",
            ),
            ("turned, ReLU(WᵀWx + b)", f"the loss varies by {flat:.0e} (sparsity {SPARSITY}, b = 0)"),
            (
                "turned, ReLU in the hidden layer",
                f"two stored features lose {low[0]:.4f} on the axes ({best[0]:.0f}°) and up to {high[0]:.4f} elsewhere, the "
                f"triangle from {low[1]:.4f} ({best[1]:.0f}°) to {high[1]:.4f} (one sample of 131,072)",
            ),
        ),
    )


def draw(shown: Bases) -> Any:
    figure = pyplot.figure(figsize=(12.0, 8.6))
    grid = figure.add_gridspec(3, 5, height_ratios=(1.05, 1, 0.95))
    for column, one in enumerate(shown.examples):
        axes = figure.add_subplot(grid[0, column])
        axes.axhline(0, color="0.55", linewidth=0.9, zorder=0)
        axes.axvline(0, color="0.55", linewidth=0.9, zorder=0)
        draw_columns(axes, one.W, "123", reach=1.35)
        axes.text(1.35, -0.06, "$h_1$", fontsize=9, ha="right", va="top", color="0.35")
        axes.text(-0.08, 1.25, "$h_2$", fontsize=9, ha="right", color="0.35")
        axes.set_title(one.name, loc="center", fontsize=10)
        axes.set_xlabel("along the axes" if one.aligned else "not along the axes", fontsize=9)
        square = figure.add_subplot(grid[1, column])
        _gram(square, one)
        if column == 0:
            axes.set_ylabel("$W$", fontsize=12)
            square.set_ylabel("$W^T W$", fontsize=12)
    for place, (name, columns) in enumerate((("two stored", slice(0, 2)), ("triangle", slice(2, 4)))):
        panel = figure.add_subplot(grid[2, columns])
        panel.plot(shown.angle, shown.relu[place], "-", color="#D55E00", label="with a ReLU in the hidden layer")
        panel.plot(shown.angle, shown.linear[place], "--", color="#0072B2", label="hidden layer linear")
        panel.set_title(f"Loss as W turns: {name}")
        panel.set_xlabel("angle in degrees")
        panel.set_xticks(range(0, 181, 45))
        panel.set_xlim(0, 180)
        panel.set_ylim(0, 1.1 * float(shown.relu.max()))
        if place == 0:
            panel.set_ylabel("loss K")
            panel.legend(loc="upper left")
    legend(figure.add_subplot(grid[2, 4]), "Feature", r"norm $\Vert W_i\Vert$", "superposition")
    return figure


def _gram(axes: Any, one: Example) -> None:
    """WᵀW with its exact entries."""
    n = len(one.gram)
    axes.imshow(one.values, cmap="PuOr_r", vmin=-1.6, vmax=1.6)
    for i in range(n):
        for j in range(n):
            colour = "white" if abs(one.values[i, j]) > 0.9 else "black"
            axes.text(j, i, one.gram[i][j].replace("-", "−"), ha="center", va="center", fontsize=10, color=colour)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_xlabel(
        f"eigenvalues {', '.join(one.eigenvalues)}\ndet {one.determinant}: {'singular' if one.singular else 'invertible'}\n"
        f"{'superposition' if one.superposed else 'no superposition'}",
        fontsize=9,
    )
