"""What is kept of a finished figure, so that a page can be laid out from it and no figure is computed twice."""

from __future__ import annotations

import hashlib
import json
import math
import platform
import shutil
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any

from numeric.running.files import output_folder, write_whole

from ..catalogue import resumes
from ..motifs.caption import Caption
from .making import Drawn, save
from .sources import fingerprint

LIBRARIES = ("sympy", "python-flint", "numpy", "scipy", "torch", "matplotlib")


@dataclass(frozen=True)
class Setting:
    """How figures are computed. Full ones have a folder of their own: a quick look does not replace hours of work."""

    full: bool = False
    device: str = "cpu"

    def command(self, name: str = "") -> str:
        words = ["python -m figures", name, "--full" if self.full else ""]
        words.append("" if self.device == "cpu" else f"--device {self.device}")
        return " ".join(filter(None, words))

    def folder(self, out: Path) -> Path:
        return out / "figures" / "full" if self.full else out / "figures"


@dataclass(frozen=True)
class Record:
    """NAME.json: how the files NAME.* came about. `seconds`: of the processor. `files`: the SHA-256 of each."""

    name: str
    title: str
    caption: Caption
    command: str
    seed: int | None
    seconds: float
    setting: Setting
    source: str
    versions: dict[str, str]
    files: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> str:
        """The file name of the numbers."""
        return next(name for name in self.files if not name.endswith((".svg", ".png")))


def store(drawn: Drawn, seconds: float, setting: Setting, folder: Path) -> Record:
    """Write the figure, its record last; its checkpoints are not needed any more."""
    record = Record(
        name=drawn.name,
        title=drawn.title,
        caption=drawn.caption,
        command=setting.command(drawn.name),
        seed=drawn.seed,
        seconds=round(seconds, 3),
        setting=setting,
        source=fingerprint(drawn.name),
        versions=versions(),
        files={name: hashlib.sha256(content).hexdigest() for name, content in drawn.files.items()},
    )
    for other in ("csv", "nc"):
        if other != drawn.data.kind:
            (folder / f"{drawn.name}.{other}").unlink(missing_ok=True)
    save(drawn, folder)
    write_whole(folder / f"{drawn.name}.json", json.dumps(asdict(record), indent=1, ensure_ascii=False).encode())
    shutil.rmtree(checkpoints(drawn.name, folder), ignore_errors=True)
    return record


def load(name: str, setting: Setting, folder: Path) -> Record | None:
    """The record of a figure that is there whole, in this setting, from the code and libraries of today; otherwise None."""
    try:
        content = json.loads((folder / f"{name}.json").read_bytes())
        read = {"setting": Setting(**content["setting"]), "caption": _caption(**content["caption"])}
        record = Record(**{**content, **read})
        shown = all(isinstance(value, str) for value in (record.title, record.command))
        kinds = {f"{name}.{kind}" for kind in ("svg", "png")} | ({f"{name}.csv", f"{name}.nc"} & set(record.files))
        whole = shown and len(kinds) == 3 and kinds == set(record.files) and 0 <= record.seconds < math.inf
        whole = whole and all(
            hashlib.sha256((folder / file).read_bytes()).hexdigest() == digest for file, digest in record.files.items()
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    today = (name, setting, fingerprint(name), versions())
    return record if whole and today == (record.name, record.setting, record.source, record.versions) else None


def _caption(facts: Any, **sentences: Any) -> Caption:
    """A caption as JSON has it. TypeError or ValueError for what is none."""
    rows = tuple((what, value) for what, value in facts)
    if not all(isinstance(text, str) for text in (*sentences.values(), *chain(*rows))):
        raise TypeError("a caption must be text")
    return Caption(**sentences, facts=rows)


def checkpoints(name: str, folder: Path) -> Path:
    """Where a figure that resumes keeps its checkpoints until it is finished."""
    return folder / "work" / name


def open_checkpoints(name: str, setting: Setting, folder: Path, *, again: bool = False) -> Path | None:
    """The same, emptied if what is in it was left by other code, another setting, or is not wanted; None for other figures."""
    if not resumes(name):
        return None
    place = checkpoints(name, folder)
    owner = json.dumps([asdict(setting), fingerprint(name), versions()])
    try:
        ours = not again and (place / "owner.json").read_text(encoding="utf-8") == owner
    except OSError:
        ours = False
    if not ours:
        shutil.rmtree(place, ignore_errors=True)
        write_whole(output_folder(place) / "owner.json", owner.encode())
    return place


@cache
def versions() -> dict[str, str]:
    """Of Python and of the libraries that numbers depend on."""
    return {"Python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}
