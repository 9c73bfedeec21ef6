"""A finite set of sparse samples, each scaled to length 1, of which only the active entries are held."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from ..arguments import number, whole
from ..printed import brief

_ROWS = 4096
_DRAWN = 1 << 20
_BYTES_PER_ENTRY = 48
_BYTES_PER_SAMPLE = 64
_EMPTY_BATCHES = 1e6  # a minute or so


@dataclass(frozen=True, eq=False)
class SampleSet:
    """`X`: (T, n), a sample in each row, as compressed sparse rows of float64. `resampled`: how many draws that had no active
    feature were drawn again on the way to these T.
    """

    X: csr_array
    resampled: int

    def __repr__(self) -> str:
        return brief(self)


def draw_samples(
    samples: int, n_features: int, sparsity: float, seed: int | tuple[int, ...], *, max_memory: int = 4 << 30
) -> SampleSet:
    """T = `samples` rows: x_i is 0 with probability s, else U(0, 1], and x/‖x‖ is kept; where all are 0 it is drawn again.

    The rows of a smaller set are the first rows of a larger one. The scaling makes the features of a sample dependent: they
    are not the independent features of the population loss. Memory and time are those of the active entries, n·T·(1 - s).
    ValueError for T < 1 or n < 1, a seed that is not of whole numbers ≥ 0, a sparsity outside [0, 1) (at 1 no sample has a
    length) or so near to 1 that next to all draws are empty, and where n·T needs more than `max_memory` bytes: it says how
    large T may be.

    >>> draw_samples(3, 1000, 0.9, seed=0).X.shape
    (3, 1000)
    """
    samples, n_features = whole("samples", samples, 1), whole("n_features", n_features, 1)
    for part in _flat(seed):
        whole("seed", part)
    check_size(samples, n_features, sparsity, max_memory)
    blocks, resampled, left = [], 0, int(samples)
    for block in range(math.ceil(samples / _ROWS)):
        rows, empty = _block(n_features, sparsity, (seed, block), min(left, _ROWS))
        blocks.append(rows)
        resampled += empty
        left -= rows.shape[0]
    indptr = [np.zeros(1, dtype=np.int64)]
    for rows in blocks:
        indptr.append(indptr[-1][-1] + rows.indptr[1:].astype(np.int64))
    X = csr_array(
        (
            np.concatenate([rows.data for rows in blocks]),
            np.concatenate([rows.indices for rows in blocks]),
            np.concatenate(indptr),
        ),
        shape=(samples, n_features),
    )
    return SampleSet(X, resampled)


def check_size(samples: int, n_features: int, sparsity: float, max_memory: int) -> None:
    """ValueError for a sparsity outside [0, 1), where so many draws of T samples would be empty that they take minutes, and
    where T samples are expected to need more than `max_memory` bytes in training.
    """
    samples, n_features = whole("samples", samples, 1), whole("n_features", n_features, 1)
    sparsity, max_memory = number("sparsity", sparsity, "[0, 1)"), whole("max_memory", max_memory, 1)
    full = -math.expm1(n_features * math.log(sparsity)) if sparsity > 0 else 1.0
    empty, most = samples * (1 / full - 1), _EMPTY_BATCHES * _rows(n_features)
    if empty > most:
        raise ValueError(
            f"sparsity {sparsity} leaves all {n_features} features 0 in nearly every draw: T = {samples} samples would take "
            f"about {empty:.2g} draws that are empty, wanted at most {most:.2g}"
        )
    each = _BYTES_PER_ENTRY * max(1.0, n_features * (1 - sparsity)) + _BYTES_PER_SAMPLE
    if samples * each > max_memory:
        raise ValueError(
            f"T = {samples} samples of {n_features} features at sparsity {sparsity} need about {samples * each / 2**30:.3g} GiB, "
            f"above max_memory, got {max_memory / 2**30:.3g} GiB: in all T may be at most {int(max_memory / each)}"
        )


def _block(n: int, sparsity: float, seed: tuple[object, ...], wanted: int) -> tuple[csr_array, int]:
    """The first `wanted` nonempty rows of one block's stream, and how many empty ones came before the last of them."""
    generator = np.random.Generator(np.random.PCG64DXSM([int(part) for part in _flat(seed)]))
    sizes, places, values, found, empty = [], [], [], 0, 0
    for place, value, rows in _draws(generator, n, 1 - sparsity):
        size = np.bincount(place // n, minlength=rows)
        full = np.flatnonzero(size)[: wanted - found]
        last = full[-1] + 1 if found + len(full) == wanted else rows
        kept = place < last * n
        sizes.append(size[full])
        places.append(place[kept] % n)
        values.append(value[kept])
        found += len(full)
        empty += int(last) - len(full)
        if found == wanted:
            break
    size, value = np.concatenate(sizes), np.concatenate(values)
    starts = np.concatenate([[0], np.cumsum(size)])
    lengths = np.sqrt(np.add.reduceat(value * value, starts[:-1]))
    X = csr_array(
        (value / np.repeat(lengths, size), np.concatenate(places).astype(np.int32), starts), shape=(wanted, n)
    )
    return X, empty


def _draws(
    generator: np.random.Generator, n: int, density: float
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float64], int]]:
    """Batches of rows for ever: the places (row·n + feature) of active entries, their values, and how many rows.

    The gaps between the heads of coins of one density are geometric, so a batch costs as much as its active entries.
    """
    rows = _rows(n)
    while True:
        ends: list[NDArray[np.int64]] = []
        reached = -1
        while reached < rows * n:
            gaps = generator.geometric(density, size=math.ceil(rows * n * density * 1.1) + 16)
            # A gap beyond the batch ends it: its size does not matter, and small ones cannot overflow a sum.
            ends.append(reached + np.cumsum(np.minimum(gaps, rows * n + 1)))
            reached = int(ends[-1][-1])
        place = np.concatenate(ends)
        place = place[place < rows * n]
        yield place, 1 - generator.random(len(place)), rows


def _rows(n: int) -> int:
    """How many rows are drawn at a time."""
    return max(1, min(_ROWS, _DRAWN // n))


def _flat(seed: object) -> list[Any]:
    """Nested seeds in one row."""
    return [part for inner in seed for part in _flat(inner)] if isinstance(seed, tuple) else [seed]
