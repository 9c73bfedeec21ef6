"""Making the atlas: column by column (one n, m, law and choice of importances, all sparsities), each setting kept as it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import as_completed
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from ..arguments import function, instance, whole
from ..arguments import path as given_path
from ..minimise import Packing
from ..running.cluster import cluster
from ..running.files import output_folder
from ..running.processes import pool
from .candidates import combined, moved, packed, thinned
from .entry import SAME, AtlasEntry
from .merging import joined
from .search import Starts, minima_from, random_minima
from .setting import Setting
from .table import read_entry, shipped, write_entry

STARTS = {2: 48, 3: 32, 4: 24, 5: 24, 6: 16, 7: 12, 8: 8, 9: 6, 10: 6}
"""Random models for each setting, by n: what a few CPU hours allow."""
_TOGETHER = 6
"""n up to which all sparsities descend in one stack: beyond, a call takes longer than what it costs to make."""
_PASSES = 6
_GIVEN = 2
"""Minima that a setting hands to the next ones."""


class Built(NamedTuple):
    """How many `settings` were searched, and how many entries are new or lower."""

    settings: int
    improved: int


Column = tuple[Setting, ...]


def columns(wanted: Iterable[Setting]) -> list[Column]:
    """Settings that differ by their sparsity alone."""
    return [tuple(group) for _, group in groupby(wanted, key=lambda one: (one.n, one.m, one.falloff, one.law is None))]


def known(folder: Path, setting: Setting) -> AtlasEntry | None:
    """What the build has found and what is shipped: the one of more starts, with the minima of the other."""
    both = [shipped(setting.n, setting.m).get(setting), read_entry(folder, setting)]
    given = sorted((entry for entry in both if entry), key=lambda entry: -entry.starts)
    if not given:
        return None
    other = [replace(one, hits=0) for entry in given[1:] for one in entry.minima]
    return joined(given[0], other, setting, 0)


def build(
    wanted: Iterable[Setting],
    folder: Path | str,
    *,
    starts: int | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    progress: Callable[[float], None] | None = None,
) -> Built:
    """Search the settings, on the Dask cluster of the `scheduler` "tcp://host:port", else on `workers` processes of this machine.

    `starts`: random models for each setting, `STARTS[n]` by default. What is in the folder, or shipped, is where the search
    goes on: an entry has its random models counted, and more are tried where more are asked for; a later run lowers a loss or
    adds, and that alone. Columns of fewer features are done first, as those of more begin with them. ValueError on bad input,
    RuntimeError where a column fails; what has ended is kept.
    """
    if starts is not None:
        starts = whole("starts", starts, 1)
    if scheduler is not None:
        instance("scheduler", scheduler, str, "the address of a Dask scheduler, such as 'tcp://host:8786'")
    function("progress", progress)
    path = output_folder(given_path("folder", folder).absolute())
    todo = columns(wanted)
    improved = done = 0
    where = pool(workers) if scheduler is None else cluster(scheduler, path, build_column.__module__)
    with where as running:
        for n, group in groupby(todo, key=lambda column: column[0].n):
            futures = [running.submit(build_column, one, path, starts or STARTS[n]) for one in group]
            try:
                for future in as_completed(futures):
                    improved, done = improved + future.result(), done + 1
                    if progress is not None:
                        progress(done / len(todo))
            except Exception as error:
                raise RuntimeError(f"a column could not be searched ({error}); what has ended is kept") from error
            finally:
                for future in futures:
                    future.cancel()
    return Built(sum(map(len, todo)), improved)


def build_column(column: Column, folder: Path, starts: int) -> int:
    """Search the settings of a column; how many entries are new or lower. Those with as many starts already are improved only
    by their neighbours.
    """
    before = [known(folder, setting) for setting in column]
    wait = [setting for setting, old in zip(column, before, strict=True) if old is None or old.starts < starts]
    size = len(column) if column[0].n <= _TOGETHER else 1
    for k in range(0, len(wait), size):
        _search(wait[k : k + size], folder, starts)
    if len(column) > 1:
        _continue(column, folder)
    after = [read_entry(folder, setting) for setting in column]
    return sum(
        new is not None and (old is None or new.loss < old.loss - SAME * new.setting.unit)
        for old, new in zip(before, after, strict=True)
    )


def _search(some: Sequence[Setting], folder: Path, starts: int) -> None:
    """Random models, and the candidates of each setting."""
    old = [known(folder, setting) for setting in some]
    done = min((entry.starts for entry in old if entry), default=0) if all(old) else 0
    found = random_minima(some, range(done, starts))
    others = minima_from(some, Starts.of([_candidates(setting, folder) for setting in some]))
    for setting, entry, random, other in zip(some, old, found, others, strict=True):
        fresh = starts - done if entry is None or entry.starts == done else 0
        write_entry(folder, joined(entry, [*random, *other] if fresh else other, setting, fresh))


def _candidates(setting: Setting, folder: Path) -> Tensor:
    """Packings, models of fewer features put together, and the minima of the same features under another law or importance."""
    smaller = [
        (entry.W, entry.b)
        for n in range(2, setting.n)
        for m in range(1, min(setting.m, n - 1) + 1)
        if (entry := known(folder, Setting(n, m, 1.0, setting.sparsity)))
    ]
    rows = [packed(setting), combined(setting, smaller)]
    if setting.falloff != 1 and (entry := known(folder, Setting(setting.n, setting.m, 1.0, setting.sparsity))):
        rows.append(_rows(setting, entry))
    return torch.cat(rows)


def _rows(setting: Setting, entry: AtlasEntry) -> Tensor:
    packing, few = Packing(setting.m, setting.n), entry.minima[:_GIVEN]
    return packing.join(
        torch.from_numpy(np.stack([one.W for one in few])), torch.from_numpy(np.stack([one.b for one in few]))
    )


def _continue(column: Column, folder: Path) -> None:
    """Each setting tries the minima of its neighbours in sparsity, and its own with features dropped and added, until none is
    lower; first, where it is known, the one of one more feature without each of them.
    """
    larger = {setting: known(folder, replace(setting, n=setting.n + 1)) for setting in column}
    entries = {setting: entry for setting in column if (entry := known(folder, setting))}
    fresh = {setting: True for setting in entries}
    for _ in range(_PASSES):
        some, rows = [], []
        for k, setting in enumerate(column):
            beside = [one for one in (*column[max(0, k - 1) : k], *column[k + 1 : k + 2]) if fresh.get(one)]
            given = [_rows(setting, entries[one]) for one in beside if one in entries]
            if setting in entries and fresh[setting]:
                given.append(moved(setting, entries[setting].W, entries[setting].b))
            if more := larger.pop(setting, None):
                given.append(thinned(setting, more.W, more.b))
            if setting in entries and given:
                some.append(setting)
                rows.append(torch.cat(given))
        if not some:
            return
        fresh = dict.fromkeys(entries, False)
        for setting, found in zip(some, minima_from(some, Starts.of(rows)), strict=True):
            old = entries[setting]
            entries[setting] = joined(old, found, setting, 0)
            fresh[setting] = entries[setting].loss < old.loss - SAME * setting.unit
            write_entry(folder, entries[setting])
