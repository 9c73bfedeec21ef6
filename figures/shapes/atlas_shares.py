"""How many random starts reach the best known minimum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib import pyplot

from numeric.running.progress import Progress

from ..motifs.caption import Caption
from .atlas_table import Floats, alike, draw_table, rows, values

TITLE = "How many random starts reach the best known minimum"
SEED = None
SECONDS = (3, 3)


@dataclass(frozen=True)
class Shares:
    """`share` of the random models that came to the least loss, and how many there were, (sizes, sparsities)."""

    sizes: tuple[tuple[int, int], ...]
    share: Floats
    starts: Floats


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Shares:
    """As the atlas has them."""
    entries = alike()
    progress(1.0)
    return Shares(
        rows(entries),
        values(entries, lambda entry: entry.share),
        values(entries, lambda entry: float(entry.starts)),
    )


def caption(shares: Shares) -> Caption:
    known = shares.share[np.isfinite(shares.share)]
    starts = shares.starts[np.isfinite(shares.starts)]
    return Caption(
        "Of random models that descend without noise, how many per cent come to the least loss known, by n/m and sparsity.",
        "Shares of the searches of the atlas, of 6 to 48 models each, so that one of them counts for several per cent.",
        "Where no random model reaches the best it was found from a polytope, a smaller setting, or the next sparsity.",
        (
            (
                "random models",
                f"{int(starts.sum())} in {len(starts)} settings, {int(starts.min())} to {int(starts.max())} each",
            ),
            ("never reached", f"in {int((known == 0).sum())} settings"),
            (
                "a descent",
                "ends after 250 tries and Newton's iteration; what is not at rest then has not come",
            ),
        ),
    )


def draw(shares: Shares) -> Any:
    figure, axes = pyplot.subplots(figsize=(10.5, 1.6 + 0.3 * len(shares.sizes)))
    image = axes.imshow(100 * shares.share, vmin=0, vmax=100, cmap="cividis", aspect="auto")
    labels = [["" if np.isnan(value) else f"{100 * value:.0f}" for value in line] for line in shares.share]
    draw_table(axes, shares.sizes, labels, np.nan_to_num(shares.share, nan=1) < 0.5)
    figure.colorbar(image, label="starts that reach the best, per cent", shrink=0.7)
    return figure
