"""Derive-and-plot scripts: each module computes its numbers in one function and draws them in another.

A figure's module has `TITLE`, `numbers(full, device, progress)`, `caption(numbers)` and `draw(numbers)`.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.resources import as_file, files
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from verify.write import write_whole

Progress = Callable[[float], None]

# What the main job draws into its report; all figures make the gallery.
REPORT = (
    "landscape",
    "phase_diagram",
    "antipodal_ray",
    "transition",
    "noise_free",
    "nodes",
    "polytopes",
    "thomson",
    "thomson_plate",
    "thomson_fit",
    "winners",
    "capacity_panels",
    "capacity_sparsity",
    "marginal_benefit",
    "dimensionality_jumps",
    "octahedron",
    "loss_transitions",
)
NAMES = (*REPORT, "memorisation", "memorisation_decay")


class Drawn(NamedTuple):
    """A finished figure: what a page needs of it."""

    name: str
    title: str
    caption: str
    svg: bytes
    png: bytes


def title(name: str) -> str:
    """One line that says what the figure shows."""
    return str(import_module(f"figures.{name}").TITLE)


def check_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """`names`, or all figures if empty. Raises ValueError for a name that no figure has."""
    for name in names:
        if name not in NAMES:
            raise ValueError(f"figure must be one of {', '.join(NAMES)}, got {name!r}")
    return names or NAMES


def make(name: str, *, full: bool, device: str, progress: Progress) -> Drawn:
    """Compute and draw one figure, in the project's style, as SVG and PNG."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    module: Any = import_module(f"figures.{name}")
    numbers = module.numbers(full=full, device=device, progress=progress)
    with as_file(files(__package__) / "style.mplstyle") as style, pyplot.style.context(Path(style)):
        figure = module.draw(numbers)
        images = []
        for kind, metadata in (("svg", {"Date": None}), ("png", {})):
            buffer = BytesIO()
            figure.savefig(buffer, format=kind, metadata=metadata)
            images.append(buffer.getvalue())
        pyplot.close(figure)
    progress(1.0)
    return Drawn(name, module.TITLE, module.caption(numbers), *images)


def save(drawn: Drawn, folder: Path) -> None:
    """Write NAME.svg and NAME.png into a folder, each whole or not at all."""
    write_whole(folder / f"{drawn.name}.svg", drawn.svg)
    write_whole(folder / f"{drawn.name}.png", drawn.png)
