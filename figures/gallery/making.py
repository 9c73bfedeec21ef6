"""A figure made and kept: its numbers computed, drawn in the project's style, and written as images and data."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from importlib import import_module
from importlib.resources import as_file, files
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from numeric.running.files import write_whole
from numeric.running.progress import Progress

from ..catalogue import module_of
from ..motifs.caption import Caption


class Table(NamedTuple):
    """Numbers as a file: `kind` is its extension, "csv" or "nc"."""

    kind: str
    content: bytes


class Drawn(NamedTuple):
    """A finished figure: what a page needs of it. `data`: its numbers as a file; `seed`: None where nothing is random."""

    name: str
    title: str
    caption: Caption
    svg: bytes
    png: bytes
    data: Table = Table("csv", b"")
    seed: int | None = None

    @property
    def files(self) -> dict[str, bytes]:
        """Contents by file name."""
        return {
            f"{self.name}.svg": self.svg,
            f"{self.name}.png": self.png,
            f"{self.name}.{self.data.kind}": self.data.content,
        }


def make(name: str, *, full: bool, device: str, progress: Progress, folder: Path | None = None) -> Drawn:
    """Compute and draw one figure, in the project's style, as SVG and PNG, with its numbers as a table.

    A module whose `RESUMES` is true keeps its own checkpoints: its `numbers` get a `folder` for them, a passing one if None
    is given. ValueError for a name that no figure has, and a device that torch does not see.
    """
    from numeric.arguments import flag, function, path

    flag("full", full)
    function("progress", progress, optional=False)
    keep = None if folder is None else path("folder", folder)
    found = module_of(name)
    if device != "cpu":
        from numeric.arguments.device import check_device

        check_device(device)
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    from .table import as_table

    module: Any = import_module(found)
    with ExitStack() as stack:
        keeping: dict[str, Path] = {}
        if getattr(module, "RESUMES", False):
            keeping["folder"] = keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        numbers = module.numbers(full=full, device=device, progress=progress, **keeping)
    with as_file(files(__package__) / "style.mplstyle") as style, pyplot.style.context(Path(style)):
        figure = module.draw(numbers)
        figure.draw_without_rendering()  # the first pass of the layout does not know all sizes yet
        images = []
        for kind, metadata in (("svg", {"Date": None}), ("png", {})):
            buffer = BytesIO()
            figure.savefig(buffer, format=kind, metadata=metadata)
            images.append(buffer.getvalue())
        pyplot.close(figure)
    progress(1.0)
    svg, png = images
    return Drawn(name, module.TITLE, module.caption(numbers), svg, png, as_table(numbers), module.SEED)


def save(drawn: Drawn, folder: Path) -> None:
    """Write the images and the table into a folder, each whole or not at all."""
    from numeric.arguments import instance, path

    instance("drawn", drawn, Drawn, "a figure that `figures.make` has made")
    place = path("folder", folder)
    for name, content in drawn.files.items():
        write_whole(place / name, content)
