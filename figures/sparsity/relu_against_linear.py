"""More features than dimensions: a linear model keeps the most important, a ReLU model packs more as they get sparser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot
from matplotlib.colors import LinearSegmentedColormap

from numeric.law import variance
from numeric.metrics import feature_norms, superposition
from numeric.model import LINEAR, RELU_OUTPUT, Family
from numeric.running.progress import Progress, within
from numeric.train import TrainConfig, best_of_seeds, sampled_loss, train

from ..motifs.caption import Caption
from ..motifs.colour_scale import colours, legend

TITLE = "ReLU output against linear model as features get sparser"
SEED = 0
SECONDS = (42, 1200)
DENSITIES = (1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001)
PUBLISHED = (5, 7, 9, 10, 11, 12, 12)
STORED = 0.5
"""A feature counts as represented from ‖W_i‖² = ½ on: nearer to stored (1) than to dropped (0)."""
_SAMPLES = 1 << 15
_LINEAR = 2
"""Which density's linear model is drawn: with dense features the inputs' mean makes its descent ill-conditioned, hence slow."""
_DIVERGING = LinearSegmentedColormap.from_list("gram", ["#0072B2", "#f7f7f2", "#D55E00"]).with_extremes(bad="white")
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Models:
    """Of each density the ReLU model of least loss among `seeds` and one linear model; rows follow `DENSITIES`.

    `W` (7, m, n), `b` (7, n), `represented` (7,) the count of ‖W_i‖² ≥ ½; `linear_W`, `linear_b` alike; `linear_loss` (7,)
    the expected loss of the linear weights and `linear_least` (7,) the least one, both exact formulas; `top` (7,): whether the
    linear model represents the m most important features and no others.
    """

    n: int
    m: int
    decay: float
    seeds: int
    steps: int
    W: Floats
    b: Floats
    represented: tuple[int, ...]
    linear_W: Floats
    linear_b: Floats
    linear_loss: Floats
    linear_least: Floats
    top: tuple[bool, ...]


@dataclass(frozen=True)
class Comparison:
    small: Models
    large: Models


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Comparison:
    small, large = ((10_000, 16, 1024), (10_000, 4, 1024)) if full else ((2000, 4, 512), (2000, 1, 256))
    return Comparison(
        models(20, 5, 0.7, *small, device, within(progress, 0, 0.5)),
        models(80, 20, 0.9, *large, device, within(progress, 0.5, 1)),
    )


def models(n: int, m: int, decay: float, steps: int, seeds: int, batch: int, device: str, progress: Progress) -> Models:
    """Importance decayⁱ."""
    importance: Floats = np.power(decay, np.arange(n, dtype=np.float64))

    def config(family: Family, count: int) -> TrainConfig:
        return TrainConfig.product(
            {"sparsity": [1 - p for p in DENSITIES]},
            range(SEED, SEED + count),
            n_features=n,
            n_hidden=m,
            importance=tuple(importance.tolist()),
            family=family,
            learning_rate=0.02 if family == RELU_OUTPUT else 0.05,
            steps=steps,
            batch_size=batch,
            device=device,
        )

    settings = config(RELU_OUTPUT, seeds)
    trained = train(settings, progress=within(progress, 0, 0.7))
    best = list(best_of_seeds(settings, sampled_loss(settings, trained.W, None, trained.b, _SAMPLES)))
    line = train(config(LINEAR, 1), progress=within(progress, 0.7, 1))
    W, linear_W, linear_b = trained.W.numpy()[best], line.W.numpy(), line.b.numpy()
    stored = feature_norms(linear_W) ** 2 >= STORED
    return Models(
        n=n,
        m=m,
        decay=decay,
        seeds=seeds,
        steps=steps,
        W=W,
        b=trained.b.numpy()[best],
        represented=tuple((feature_norms(W) ** 2 >= STORED).sum(axis=1).tolist()),
        linear_W=linear_W,
        linear_b=linear_b,
        linear_loss=np.array(
            [linear_loss(*row, importance) for row in zip(linear_W, linear_b, DENSITIES, strict=True)]
        ),
        linear_least=np.array([linear_least(m, p, importance) for p in DENSITIES]),
        top=tuple((stored == (np.arange(n) < m)).all(axis=1).tolist()),
    )


def linear_loss(W: Floats, b: Floats, density: float, importance: Floats) -> float:
    r"""The expected loss of WᵀWx + b: with G = WᵀW, mean μ = p/2 and variance v = p/3 − p²/4 of every feature

    .. math:: K = \sum_i I_i \left( v \sum_j (δ_{ij} - G_{ij})^2 + (μ - μ \sum_j G_{ij} - b_i)^2 \right)
    """
    mean = density / 2
    rest = np.eye(len(b)) - W.T @ W
    return float(importance @ (variance(density) * (rest**2).sum(axis=1) + (mean * rest.sum(axis=1) - b) ** 2))


def linear_least(m: int, density: float, importance: Floats) -> float:
    r"""The least of `linear_loss`, v Σ I_i over all but the m largest importances: :math:`D = \mathrm{diag}\,I`, and
    :math:`D^{1/2} G` is a matrix of rank m, which by Eckart and Young is no nearer to :math:`D^{1/2}` than its largest m
    singular values allow. The projection on the m most important features attains it.
    """
    return float(variance(density) * np.sort(importance)[: len(importance) - m].sum())


def caption(shown: Comparison) -> Caption:
    small = shown.small
    return Caption(
        "WᵀW with b, and below it the norms of the features, as features get sparser: ReLU output beside a linear model (first "
        "column).",
        "The linear model's least loss is exact, the variance of all features but the top m, and training has these top "
        f"{small.m} at {sum(small.top)} of {len(small.top)} densities for n = {small.n}.",
        f"It never stores more than m features; with a ReLU, {small.represented[0]} of {small.n} are stored at density "
        f"{DENSITIES[0]:g} and {small.represented[-1]} at {DENSITIES[-1]:g}.",
        (
            ("densities", ", ".join(f"{p:g}" for p in DENSITIES)),
            *_facts(small),
            ("published, by eye", _list(PUBLISHED)),
            *_facts(shown.large),
        ),
    )


def _facts(group: Models) -> tuple[tuple[str, str], ...]:
    excess = group.linear_loss / group.linear_least - 1
    tight = tuple((feature_norms(group.W) >= 0.9).sum(axis=1).tolist())
    return (
        (
            f"n = {group.n}, m = {group.m}",
            f"importance {group.decay}^i, least loss of {group.seeds}, {group.steps:,} steps",
        ),
        (
            f"n = {group.n}, ‖W_i‖² of at least ½",
            f"{_list(group.represented)} features ({_list(tight)} have ‖W_i‖ of at least 0.9)",
        ),
        (
            f"n = {group.n}, linear model",
            f"the top {group.m} at {sum(group.top)} of {len(group.top)} densities; its loss is above the exact minimum by "
            f"{', '.join(f'{100 * value:.2g}' for value in excess)} %",
        ),
    )


def _list(counts: tuple[int, ...]) -> str:
    return ", ".join(map(str, counts))


def draw(shown: Comparison) -> Any:
    figure = pyplot.figure(figsize=(12.4, 7.4))
    blocks: Any = figure.subfigures(2, 1)
    for block, group in zip(blocks, (shown.small, shown.large), strict=True):
        grid = block.add_gridspec(2, 9, width_ratios=(*[1] * 8, 0.6), height_ratios=(1.2, 1))
        rows: list[tuple[Floats, Floats, str, str]] = [
            (
                group.linear_W[_LINEAR],
                group.linear_b[_LINEAR],
                f"linear, {DENSITIES[_LINEAR]:g}",
                f"{int((feature_norms(group.linear_W[_LINEAR]) ** 2 >= STORED).sum())} stored",
            )
        ]
        for k, p in enumerate(DENSITIES):
            count = f"{group.represented[k]} stored" + (f", publ. {PUBLISHED[k]}" if group is shown.small else "")
            rows.append((group.W[k], group.b[k], f"ReLU, {p:g}" if k else "ReLU, 1 − s = 1", count))
        for column, (W, b, name, count) in enumerate(rows):
            image = _gram(block.add_subplot(grid[0, column]), W, b, name, column == 0)
            _bars(block.add_subplot(grid[1, column]), W, count, column == 0)
        block.suptitle(f"n = {group.n}, m = {group.m}, importance {group.decay}$^i$", x=0.005, ha="left", fontsize=11)
        side = block.add_subplot(grid[0, 8])
        side.set_axis_off()
        bar = block.colorbar(image, ax=side, fraction=0.9, aspect=6, ticks=[-1, 0, 1])
        bar.ax.set_yticklabels(["≤−1", "0", "≥1"])
        legend(block.add_subplot(grid[1, 8]), "bars", "norm", "superposition")
    return figure


def _gram(axes: Any, W: Floats, b: Floats, name: str, first: bool) -> Any:
    """WᵀW, and b as a column of its own to the right."""
    n = len(b)
    wide = max(1, n // 20)
    cells = np.concatenate([W.T @ W, np.full((n, wide), np.nan), np.repeat(b[:, None], 2 * wide, axis=1)], axis=1)
    image = axes.imshow(cells, cmap=_DIVERGING, vmin=-1, vmax=1, interpolation="nearest", aspect="equal")
    axes.set_title(name, fontsize=9)
    axes.set_xticks([(n - 1) / 2, n + 2 * wide - 0.5], ["$W^TW$", "$b$"])
    axes.tick_params(length=0)
    axes.set_yticks([0, n - 1] if first else [], ["1", str(n)] if first else [])
    for spine in axes.spines.values():
        spine.set_visible(False)
    return image


def _bars(axes: Any, W: Floats, title: str, first: bool) -> None:
    norms, shared = feature_norms(W), superposition(W)
    place = np.arange(len(norms))
    axes.bar(
        place,
        norms,
        width=1.0,
        color=colours(norms, shared),
        edgecolor="0.45",
        linewidth=0.3 if len(norms) <= 20 else 0,
    )
    axes.set_ylim(0, 1.05 * max(1.2, float(norms.max())))
    axes.set_yticks([0, 1], ["0", "1"] if first else ["", ""])
    axes.set_xticks([])
    axes.axhline(1, color="0.5", linewidth=0.7, linestyle=":", zorder=0)
    axes.set_xlabel("feature $i$", fontsize=9)
    if first:
        axes.set_ylabel("$||W_i||$")
    axes.set_title(title, fontsize=8.5)
