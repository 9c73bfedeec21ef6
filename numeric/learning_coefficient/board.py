"""The board: any estimator against exact values, on targets that are known.

An estimator is one function `(target, n, seed) → Estimate`. Its error bar is not believed: what counts is the distance
from λ(τ), which a sampler at n samples must find, and from λ, which it is used for.
"""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from ..arguments import MOST_SEED, function, shown, whole
from .chains import mala, sgld
from .importance import laplace
from .radii import rays
from .standard import GAMMA, STANDARD, Benchmark
from .target import Estimate, Target, Unreliable, temperature
from .tempering import ladder

Estimator = Callable[[Target, int, int], Estimate]
Progress = Callable[[float], None]
_KEPT = Path(__file__).with_name("board.csv")
_TYPES: dict[Any, Callable[[str], Any]] = {"str": str, "float": float, "int": int}


@dataclass(frozen=True)
class Row:
    """One estimate: `relative` = λ̂/λ − 1; `z` = (λ̂ − λ(τ)) over both errors, for a reference that takes τ → ∞ from λ;
    nan where there is none. `refused`: the sentence of an estimator that gave no number. `seconds`: CPU time.
    """

    target: str
    coefficient: float
    n: int
    seed: int
    value: float
    error: float
    relative: float
    z: float
    evaluations: int
    seconds: float
    refused: str


class Table(tuple[Row, ...]):
    """Rows of the board; `csv()` as text."""

    __slots__ = ()

    def csv(self) -> str:
        """A header and a line for each row, floats to the last bit."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([field.name for field in fields(Row)])
        writer.writerows(astuple(row) for row in self)
        return text.getvalue()


def benchmark(
    estimator: Callable[[Target, int, int], Estimate],
    targets: Sequence[Benchmark] = STANDARD,
    *,
    n: int = 5000,
    seeds: int = 1,
    progress: Progress | None = None,
) -> Table:
    """What `estimator(target, n, seed)` says of each target for seeds 0, …: one row each. An `Unreliable` or ValueError
    that it raises is a refusal, and a row; any other error is its own.

    >>> table = benchmark(ESTIMATORS["Laplace"], STANDARD[:1])
    >>> round(table[0].value, 3)
    0.5
    """
    function("estimator", estimator, optional=False)
    function("progress", progress)
    if not isinstance(targets, tuple | list) or not all(isinstance(one, Benchmark) for one in targets):
        raise ValueError(f"targets must be a sequence of Benchmark, got {shown(targets)}")
    count, repeats = whole("n", n, 3), whole("seeds", seeds, 1, MOST_SEED)
    rows = []
    for k, one in enumerate(targets):
        rows += list(_rows(estimator, one, count, repeats))
        if progress is not None:
            progress((k + 1) / len(targets))
    return Table(rows)


def kept_board() -> dict[str, tuple[Row, ...]]:
    """Rows by estimator that are kept with the targets: one run of each at n = 5,000, seed 0, with the CPU times of one
    machine. `python -m numeric.learning_coefficient.remake board` makes them again.

    >>> [row.value for row in kept_board()["Hessian rank"] if row.target == "x²y²"]
    [0.0]
    """
    found: dict[str, tuple[Row, ...]] = {}
    with _KEPT.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            name = line.pop("estimator")
            made = {field.name: _TYPES[field.type](line[field.name]) for field in fields(Row)}
            found[name] = (*found.get(name, ()), Row(**made))
    return found


def hessian_rank(target: Target, n: int, seed: int) -> Estimate:
    """Half the rank of the numerical Hessian, eigenvalues above 1e-6: wrong at singular minima, without a sign of it. (At
    the kinks of the board differences are a mean of chambers, and of full rank.)
    """
    value = float((target.spectrum > 1e-6 * max(target.spectrum[-1], 1)).sum()) / 2
    return Estimate(value, 0.0, float("inf"), 1.0, evaluations=2 * target.codimension)


def _of_step(step: float) -> Estimator:
    """SGLD with a step of this share of the largest stable one."""

    def estimate(target: Target, n: int, seed: int) -> Estimate:
        stiffest = temperature(n) * max(float(target.spectrum[-1]), 1e-3) + GAMMA
        return sgld(target, n, gamma=GAMMA, step=4 * step / stiffest, chains=100, steps=2000, seed=seed)

    return estimate


def _at_large_tau(reference: Callable[..., Estimate], *arguments: Any, **settings: Any) -> Estimator:
    def estimate(target: Target, n: int, seed: int) -> Estimate:
        return reference(target, *arguments, seed=seed, **settings)

    return estimate


def _mala(target: Target, n: int, seed: int) -> Estimate:
    return mala(target, n, gamma=GAMMA, chains=100, steps=2000, seed=seed)


ESTIMATORS: Mapping[str, Estimator] = {
    "Laplace": _at_large_tau(laplace, 1e6),
    "rays": _at_large_tau(rays, 1e-6),
    "ladder": _at_large_tau(ladder, (1.0, 1e6)),
    "MALA": _mala,
    "SGLD, ε = .02": _of_step(0.02),
    "SGLD, ε = .1": _of_step(0.1),
    "SGLD, ε = .5": _of_step(0.5),
    "Hessian rank": hessian_rank,
}
"""The columns of the board; the steps of SGLD in units of the largest stable one, 4/(τ h_max + γ)."""
DEVINTERP = "devinterp 1.x, SGLD"


def estimators() -> Mapping[str, Estimator]:
    """`ESTIMATORS`, and SGLD of devinterp 1.x where that is installed."""
    try:
        release = version("devinterp")
    except PackageNotFoundError:
        release = ""
    if not release.startswith("1."):
        return ESTIMATORS
    from .adapters import devinterp_sgld

    return {**ESTIMATORS, DEVINTERP: devinterp_sgld}


def _rows(estimator: Estimator, one: Benchmark, n: int, repeats: int) -> Iterator[Row]:
    for seed in range(repeats):
        start = time.process_time()
        row = partial(Row, one.name, one.coefficient, n, seed)
        nan = float("nan")
        try:
            found = estimator(one.target, n, seed)
        except (Unreliable, ValueError) as refusal:
            yield row(nan, nan, nan, nan, 0, time.process_time() - start, str(refusal))
            continue
        seconds = time.process_time() - start
        z = _distance(found, one, n)
        relative = found.value / one.coefficient - 1
        yield row(found.value, found.error, relative, z, found.evaluations, seconds, "")


def _distance(found: Estimate, one: Benchmark, n: int) -> float:
    """In standard errors, from λ(τ) at the τ that was sampled, or from λ where τ is beyond 100 times that of n samples."""
    if found.tau > 100 * temperature(n):
        return float((found.value - one.coefficient) / found.error) if found.error else float("nan")
    kept = one.at(n)
    if kept is None:
        return float("nan")
    return float((found.value - kept[0]) / np.hypot(found.error, kept[1]))
