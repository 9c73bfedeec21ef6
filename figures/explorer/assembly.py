"""The page itself: template, style, modules and data in one file."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from typing import Any

from markupsafe import Markup

import numeric.atlas

from ..gallery.html import render
from .bundle import bundle
from .data import least_losses, polytopes
from .emitted import emitted


def page(atlas: Callable[..., Any] = numeric.atlas.atlas) -> bytes:
    """The explorer as one HTML file that loads nothing. `atlas(n, m, sparsity)`: the entry of a setting in the table of least
    losses, or None.
    """
    here = files(__package__)
    known = json.dumps({"polytopes": polytopes(), "least": least_losses(atlas)}, separators=(",", ":"))
    return render(
        here.joinpath("explorer.html").read_text(encoding="utf-8"),
        look=Markup(here.joinpath("explorer.css").read_text(encoding="utf-8")),
        script=Markup(bundle(modules())),
        # Within a script element "</" would end it.
        known=Markup(known.replace("</", "<\\/")),
    )


def modules() -> dict[str, str]:
    """The modules of JavaScript by name, the emitted one among them."""
    found = {"emitted": emitted()}
    for folder in ("kernel", "view"):
        for path in sorted(files(__package__).joinpath(folder).iterdir(), key=lambda path: path.name):
            if path.name.endswith(".js"):
                found[path.name.removesuffix(".js")] = path.read_text(encoding="utf-8")
    return found
