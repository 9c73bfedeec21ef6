"""The command `antipodal`: the three commands of the packages behind the door, `atlas`, and `judge`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

import figures.command
import numeric.sweep.command
import verify.command
from numeric.running.command_line import loading

from .atlas_command import app as atlas
from .version import __version__

app = App(name="antipodal", help="The exact laboratory for toy models of superposition.", version=__version__)
app.command(verify.command.verify)
app.command(figures.command.gallery, name="figures")
app.command(numeric.sweep.command.sweep)
app.command(atlas)


@app.command
def judge(
    file: Path,
    *,
    sparsity: str,
    importance: Annotated[tuple[str, ...] | None, Parameter(consume_multiple=True)] = None,
    layout: str | None = None,
    model: int | None = None,
    starts: int = 64,
    seconds: float = 30,
) -> int:
    """The loss of the model in a file, how far it lies above the least that is known, and what its features form.

    Parameters
    ----------
    file
        W and b: .npz, .npy, .csv, .safetensors, .pt.
    sparsity
        Probability that a feature is 0, such as 0.9 or 9/10.
    importance
        One number for each feature; 1 if not given.
    layout
        mn: W has a row for each hidden dimension; nm: one for each feature.
    model
        Which of a stack of models, from 0.
    starts
        Random starts of the search for the least loss.
    seconds
        How long to search.
    """
    with loading():
        from .weights import read_weights
    W, b = read_weights(file, layout)
    if W.ndim == 3:
        if model is None or not 0 <= model < len(W):
            raise ValueError(f"model must be one of 0 to {len(W) - 1}, those in {file}, got {model}")
        W, b = W[model], None if b is None else b[model]
    with loading():
        from .judgement import judge as judged
    print(judged(W, b, sparsity, importance=importance, starts=starts, seconds=seconds))
    return 0
