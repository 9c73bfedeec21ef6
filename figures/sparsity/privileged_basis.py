"""Neurons as a basis: what each stores behind a ReLU, the absolute-value circuit, and whether SoLU aligns neurons better."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot

from numeric.law import variance
from numeric.model import ABSOLUTE, HIDDEN_RELU, Family
from numeric.running.progress import Progress
from numeric.train import TrainConfig, best_of_seeds, sampled_loss, train

from ..motifs.caption import Caption

TITLE = "A privileged basis: weight stacks of neurons"
SEED = 0
SECONDS = (30, 2400)
DENSITIES = (1.0, 0.3, 0.1, 0.03)
SMALL_DENSITIES = (1.0, 0.1)
LARGE_DENSITIES = (1.0, 0.1, 0.01)
HIDDEN = {"linear": "no activation", "relu": "ReLU", "solu": "SoLU", "solu_norm": "SoLU, LayerNorm"}
ALIGNED = 0.9
"""A neuron is aligned when one feature has at least this share of its squared weights."""
DEAD = 0.1
"""Neurons with weights of at most this length store nothing and count neither way."""
_SAMPLES = 1 << 14
_CENTRED: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 8}
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Stack:
    """The run of least loss: `W`, (m, n), a row per neuron; `loss`, on a sample; `exact`, what the loss is if every neuron
    stores one feature (`aligned_loss`); `aligned`: share of the living neurons of this run that are aligned.
    """

    density: float
    W: Floats
    loss: float
    exact: float
    aligned: float


@dataclass(frozen=True)
class Alignment:
    """(densities,) each, over the living neurons of all runs: `share` of them that are aligned, and `largest`, the mean share
    that one feature has of a neuron's squared weights.
    """

    hidden: str
    share: Floats
    largest: Floats


@dataclass(frozen=True)
class Neurons:
    runs: int
    tied: tuple[Stack, ...]
    small: tuple[Stack, ...]
    large: tuple[Stack, ...]
    alignments: tuple[Alignment, ...]


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Neurons:
    runs, steps = (64, 10_000) if full else (6, 1500)
    size, large_runs = ((100, 40), 4) if full else ((25, 10), 3)
    tied: tuple[Stack, ...] = ()
    alignments = []
    for k, hidden in enumerate(HIDDEN):
        stacks, alignment = stacked(Family(hidden), 10, 5, 0.75, DENSITIES, runs, steps, device)
        alignments.append(alignment)
        tied = stacks if Family(hidden) == HIDDEN_RELU else tied
        progress(0.7 * (k + 1) / len(HIDDEN))
    small, _ = stacked(ABSOLUTE, 3, 6, 1.0, SMALL_DENSITIES, 2 * runs, steps, device)
    progress(0.75)
    large, _ = stacked(ABSOLUTE, *size, 0.8, LARGE_DENSITIES, large_runs, 2 * steps, device, rate=0.01)
    return Neurons(runs, tied, small, large, tuple(alignments))


def stacked(
    family: Family,
    n: int,
    m: int,
    decay: float,
    densities: tuple[float, ...],
    runs: int,
    steps: int,
    device: str,
    *,
    rate: float = 0.02,
) -> tuple[tuple[Stack, ...], Alignment]:
    """Train with importance decayⁱ; the best run of each density, and how aligned the neurons of all runs are."""
    importance: Floats = np.power(decay, np.arange(n, dtype=np.float64))
    absolute = family.target == "absolute"
    axes = {"sparsity": [1 - p for p in densities]}
    config = TrainConfig.product(
        axes,
        range(SEED, SEED + runs),
        n_features=n,
        n_hidden=m,
        signed=absolute,
        importance=tuple(importance.tolist()),
        family=family,
        learning_rate=rate,
        steps=steps,
        batch_size=512,
        device=device,
    )
    trained = train(config)
    W = trained.W.numpy()
    loss = sampled_loss(config, trained.W, trained.V, trained.b, _SAMPLES)
    stacks = tuple(
        Stack(p, W[k], float(loss[k]), aligned_loss(p, importance, m, absolute), _aligned(W[k]))
        for p, k in zip(densities, best_of_seeds(config, loss), strict=True)
    )
    groups = trained.along(axes).W.numpy()
    largest = np.array([largest_shares(group).mean() for group in groups])
    return stacks, Alignment(family.hidden, np.array([_aligned(group) for group in groups]), largest)


def largest_shares(W: Floats) -> Floats:
    """max_i W_ki² / Σ_i W_ki² of the rows of W, (..., m, n), that are longer than `DEAD`, in one axis; 0 where none is."""
    squares = W**2
    total = squares.sum(axis=-1)
    alive = total > DEAD**2
    return np.asarray(squares.max(axis=-1)[alive] / total[alive]) if alive.any() else np.zeros(1)


def _aligned(W: Floats) -> float:
    return float((largest_shares(W) >= ALIGNED).mean())


def aligned_loss(density: float, importance: Floats, m: int, absolute: bool) -> float:
    r"""The loss of a model each of whose neurons stores one feature, exactly.

    Tied, a neuron stores x_i whole (W_i = e_k, b_i = 0), the others are answered by their mean: Σ I_i (p/3 − p²/4) over all but
    the m most important. The absolute value takes two neurons, |x| = ReLU(x) + ReLU(−x), and has the same moments p/3 and p/2.
    """
    stored = m // 2 if absolute else m
    return float(variance(density) * np.sort(importance)[: max(0, len(importance) - stored)].sum())


def caption(shown: Neurons) -> Caption:
    m, n = shown.large[0].W.shape
    aligned = [100 * stack.aligned for stack in shown.large]
    return Caption(
        "Each column is a neuron, each block one of its input weights, coloured by feature; densities fall to the right.",
        "For |x| the circuit ReLU(x) + ReLU(−x) is exact, with loss 0, and so is the loss of one feature a neuron.",
        f"Dense features get neurons of their own, sparse ones share them: for |x|, n = {n}, of neurons {aligned[0]:.0f} % have "
        f"one feature at density {LARGE_DENSITIES[0]:g} and {aligned[-1]:.0f} % at {LARGE_DENSITIES[-1]:g}.",
        (
            ("aligned", f"one feature has at least {ALIGNED:.0%} of the neuron's squared weights"),
            (
                f"n = 10, m = 5, densities {_list(DENSITIES)}",
                f"h = ReLU(Wx), x′ = ReLU(Wᵀh + b), importance 0.75^i, best of {shown.runs} runs: loss over that of one feature "
                f"a neuron {_list([stack.loss / stack.exact for stack in shown.tied], '.3f')}",
            ),
            *(
                (
                    f"{HIDDEN[line.hidden]}, all runs",
                    f"aligned {_list(100 * line.share, '.0f')} %, mean largest share {_list(100 * line.largest, '.0f')} %",
                )
                for line in shown.alignments
            ),
            (
                "|x|, n = 3, m = 6",
                f"loss {_list([x.loss for x in shown.small], '.1e')} at densities {_list(SMALL_DENSITIES)}",
            ),
            (
                f"|x|, n = {n}, m = {m}, densities {_list(LARGE_DENSITIES)}",
                f"importance 0.8^i: {_list(aligned, '.0f')} % aligned, loss over that of two neurons a feature "
                f"{_list([stack.loss / stack.exact for stack in shown.large], '.3f')} (above 1: training has not found even "
                "that)",
            ),
            ("published", "SoLU makes more neurons interpretable (in transformers, not in this model)"),
        ),
    )


def _list(values: Iterable[float], kind: str = "g") -> str:
    return ", ".join(format(value, kind) for value in values)


def draw(shown: Neurons) -> Any:
    figure: Any = pyplot.figure(figsize=(12.4, 9.6))
    top, middle, bottom = figure.subfigures(3, 1, height_ratios=(1, 1.05, 1.05))
    span = _span(shown.tied)
    for axes, stack in zip(top.subplots(1, len(shown.tied), sharey=True), shown.tied, strict=True):
        _stacks(axes, stack, span, f"density {stack.density:g}: {100 * stack.aligned:.0f} % aligned")
    top.suptitle("Hidden ReLU, n = 10, m = 5", fontsize=11, x=0.01, ha="left")
    panels = middle.subplots(1, 3, width_ratios=(1, 1, 1.5))
    for axes, stack in zip(panels, shown.small, strict=False):
        _stacks(axes, stack, _span((stack,)), f"|x|, n = 3, m = 6, density {stack.density:g}")
    _alignment(panels[2], shown.alignments)
    m, n = shown.large[0].W.shape
    span = _span(shown.large)
    for axes, stack in zip(bottom.subplots(1, len(shown.large), sharey=True), shown.large, strict=True):
        _stacks(axes, stack, span, f"density {stack.density:g}: {100 * stack.aligned:.0f} % aligned")
    bottom.suptitle(f"Absolute value, n = {n}, m = {m}, by most important feature", fontsize=11, x=0.01, ha="left")
    return figure


def _span(stacks: tuple[Stack, ...]) -> float:
    """The height of the axis that holds these stacks."""
    ups = [np.clip(stack.W, 0, None).sum(axis=1).max() for stack in stacks]
    downs = [np.clip(stack.W, None, 0).sum(axis=1).min() for stack in stacks]
    return float(max(ups) - min(downs))


def _stacks(axes: Any, stack: Stack, span: float, title: str) -> None:
    """Neurons in the order of their largest weight's feature; blocks from the largest weight outwards, numbered where high
    enough for a number.
    """
    W = stack.W[np.argsort(np.abs(stack.W).argmax(axis=1), kind="stable")]
    m, n = W.shape
    palette = pyplot.colormaps["viridis"](np.linspace(0, 1, n))
    for neuron, weights in enumerate(W):
        ends = {True: 0.0, False: 0.0}
        for feature in np.argsort(-np.abs(weights)):
            weight = float(weights[feature])
            axes.bar(neuron, weight, 0.86, ends[weight > 0], color=palette[feature], edgecolor="white", linewidth=0.4)
            if abs(weight) > 0.075 * span and m <= 12:
                colour = "white" if feature < 0.6 * n else "black"
                axes.text(neuron, ends[weight > 0] + weight / 2, str(feature + 1), color=colour, **_CENTRED)
            ends[weight > 0] += weight
    axes.axhline(0, color="0.3", linewidth=0.7)
    axes.set_xticks([0, m - 1], ["1", str(m)])
    axes.set_xlabel("neuron")
    axes.set_ylabel("weights" if axes.get_subplotspec().is_first_col() else "")
    axes.set_title(title, fontsize=9.5)


def _alignment(axes: Any, lines: tuple[Alignment, ...]) -> None:
    for line, marker, style in zip(lines, "so^D", (":", "-", "--", "-."), strict=True):
        axes.plot(DENSITIES, 100 * line.largest, marker + style, label=HIDDEN[line.hidden], markersize=6)
    axes.set_xscale("log")
    axes.invert_xaxis()
    axes.set_xticks(DENSITIES, [f"{p:g}" for p in DENSITIES])
    axes.minorticks_off()
    axes.axhline(100 * ALIGNED, color="0.5", linewidth=0.8, linestyle=":")
    axes.annotate("aligned", (DENSITIES[0], 100 * ALIGNED), xytext=(0, 3), textcoords="offset points", fontsize=8.5)
    axes.set_ylim(0, 100)
    axes.set(xlabel="density 1 − s", ylabel="share of squared weights, %")
    axes.set_title("A neuron's largest feature, mean (n = 10, m = 5)", fontsize=9.5)
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
