"""The command `antipodal`: the three commands of the packages behind the door, `atlas`, `judge` and `explore`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

import figures.command
import numeric.sweep.command
import verify.command
from numeric.running.command_line import loading
from numeric.running.files import output_folder, write_whole

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
    untied: bool = False,
    linear: bool = False,
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
    untied
        ReLU(W_out W x + b): W_out, V or decoder.weight is read, too.
    linear
        The output is linear, without ReLU.
    starts
        Random starts of the search for the least loss.
    seconds
        How long to search.
    """
    with loading():
        from .weights import read_weights
    W, b, *out = read_weights(file, layout, tied=False) if untied else read_weights(file, layout)
    if W.ndim == 3:
        if model is None or not 0 <= model < len(W):
            raise ValueError(f"model must be one of 0 to {len(W) - 1}, those in {file}, got {model}")
        W, b, out = W[model], None if b is None else b[model], [part[model] for part in out]
    with loading():
        from .judgement import judge as judged
    kind: dict[str, Any] = {"W_out": out[0] if out else None, "output": "linear" if linear else "relu"}
    print(judged(W, b, sparsity, importance=importance, **kind, starts=starts, seconds=seconds))
    return 0


@app.command
def explore(*, output: Path = Path("results/explorer.html")) -> int:
    """Write the explorer: one page with the exact mathematics, for a browser, without a network.

    Parameters
    ----------
    output
        The file to write.
    """
    if output.is_dir():
        raise ValueError(f"output must be a file to write, got the folder {str(output)!r}")
    output_folder(output.parent)
    with loading():
        from figures.explorer import page
    write_whole(output, page())
    print(f"see {output}")
    return 0
