"""Weight decay against the bump: test loss and the norm of W against the number T of samples, for several decays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot
from matplotlib.ticker import NullFormatter

from numeric.memorise import MemoriseConfig, train_on_samples
from numeric.running.progress import Progress, within

from ..motifs.caption import Caption
from . import runs

TITLE = "Weight decay shrinks the bump of the test loss"
SEED = 0
SECONDS = (60, 22_000)  # full: in proportion to n·T
RESUMES = True

DECAYS = (0.01, 0.1, 1.0)
QUICK = replace(
    runs.QUICK, points=(5, 15, 50, 200, 500, 1000), seeds=(0, 1), weight_decay=DECAYS, steps=3000, warm_up=150
)
FULL = replace(runs.FULL, points=(5, 15, 30, 100, 300, 1000, 3000), seeds=(0, 1), weight_decay=DECAYS)
LINES = (("#0072B2", "-", "o"), ("#D55E00", "--", "s"), ("#009E73", ":", "D"))
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Decayed:
    """Losses and norms of W, (T, decays, seeds), and the regime of each model in the same order."""

    n_features: int
    steps: int
    learning_rate: float
    points: tuple[int, ...]
    decays: tuple[float, ...]
    training_loss: Floats
    test_loss: Floats
    weight_norm: Floats
    regimes: tuple[str, ...]


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress, folder: Path | None = None) -> Decayed:
    return decayed(replace(FULL if full else QUICK, device=device), progress, folder)


def decayed(config: MemoriseConfig, progress: Progress, folder: Path | None = None) -> Decayed:
    """The numbers of the figure for any setting; the run goes on from a checkpoint in `folder`."""
    trained = train_on_samples(
        config,
        checkpoint=None if folder is None else folder / "memorisation_decay.npz",
        progress=within(progress, 0, 0.99),
    )
    shape = (len(config.points), len(config.weight_decay), len(config.seeds))
    return Decayed(
        n_features=config.n_features,
        steps=config.steps,
        learning_rate=config.learning_rate,
        points=tuple(T for T in config.points if T is not None),
        decays=config.weight_decay,
        training_loss=trained.training_loss.reshape(shape),
        test_loss=trained.test_loss.reshape(shape),
        weight_norm=np.linalg.norm(trained.W, axis=(1, 2)).reshape(shape),
        regimes=trained.regimes,
    )


def bumps(shown: Decayed) -> tuple[tuple[float, int], ...]:
    """For each decay the largest test loss among the T, of the better seed, and that T."""
    best = np.nanmin(shown.test_loss, axis=2)  # (T, decays)
    return tuple((float(column.max()), shown.points[int(column.argmax())]) for column in best.T)


def caption(shown: Decayed) -> Caption:
    found = bumps(shown)
    (first, _), (last, _) = found[0], found[-1]
    return Caption(
        f"Losses and norms against the number T of samples that models are trained on, for {len(shown.decays)} weight decays.",
        "Exact is the line at 1, the test loss of a model of zeros; all else is training.",
        f"The largest test loss is {first:.3f} at decay {shown.decays[0]:g} and {last:.3f} at {shown.decays[-1]:g}: published is "
        "that a decay of 1 removes the bump.",
        (
            (
                "runs",
                f"n = {shown.n_features:,}, {shown.steps:,} steps at rate {shown.learning_rate:g}, {shown.test_loss.shape[2]} "
                "seeds",
            ),
            *(
                (f"decay {decay:g}", f"largest test loss of the better seed {value:.3f}, at T = {T:,}")
                for decay, (value, T) in zip(shown.decays, found, strict=True)
            ),
            ("published", "a bump of about 1.01 at decay 0.01, with n = 10,000"),
        ),
    )


def draw(shown: Decayed) -> Any:
    figure, panels = pyplot.subplots(1, 3, figsize=(12, 3.7))
    titles = ("test loss − 1 (a model of zeros: 0)", "training loss", "norm $\\|W\\|_F$")
    for axes, values, title in zip(
        panels, (shown.test_loss - 1, shown.training_loss, shown.weight_norm), titles, strict=True
    ):
        for k, (colour, line, marker) in enumerate(LINES):
            rows = values[:, k]
            axes.fill_between(shown.points, rows.min(axis=1), rows.max(axis=1), color=colour, alpha=0.15, linewidth=0)
            axes.plot(
                shown.points,
                np.median(rows, axis=1),
                color=colour,
                linestyle=line,
                marker=marker,
                markersize=4.5,
                label=f"decay {shown.decays[k]:g}",
            )
        axes.set_xscale("log")
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set_xlabel("samples T")
        axes.set_title(title)
    panels[0].set_yscale("symlog", linthresh=0.01)
    panels[0].axhline(0, color="0.4", linewidth=0.9, linestyle=":")
    panels[2].set_yscale("log")
    panels[1].legend(loc="lower right")
    return figure
