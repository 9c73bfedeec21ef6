"""Rows of small models, value and gradient: CPU time on one thread beside the error; targets are in the docstrings."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from exact_rows import Row
from numpy.typing import NDArray

from numeric.population import face_kernel, few_features, small, vertex_hessian_kernel, vertex_kernel, vertices

torch.set_num_threads(1)

Given = tuple[NDArray[Any], ...]


def weights(models: int, n: int, m: int) -> NDArray[np.float64]:
    return np.random.default_rng(1).normal(size=(models, m, n)) / m**0.5


def rows_of(W: NDArray[np.float64]) -> Given:
    """Of models with b = -1/10 and density 1/10: g, b, own, p and law."""
    models, _, n = W.shape
    g = np.ascontiguousarray((W.mT @ W).reshape(-1, n))
    return g, np.full(len(g), -0.1), np.tile(np.arange(n), models), np.full((1, n), 0.1), np.zeros(len(g), np.int64)


def least_time(call: Callable[[], object], repeats: int) -> float:
    """CPU seconds."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return min(times)


def error(given: Given, found: Sequence[NDArray[np.float64]]) -> str:
    """The largest of a few rows', with gradient where rationals take less than a second for it."""
    g, b, own, p, law = given
    few = range(min(5, len(g)) if g.shape[1] < 8 else 1)
    exact = [Row.of(g[i], b[i], own[i], p[law[i]]) for i in few]
    value, dg, db = found[0], *found[-2:]
    line = f"value within {max(abs(value[i] - float(exact[i].value)) for i in few):.0e}"
    if g.shape[1] < 8:
        slopes = (np.abs(np.append(dg[i], db[i]) - exact[i].gradient()).max() for i in few)
        line += f", gradient {max(slopes):.0e}"
    return line


@pytest.mark.parametrize(("models", "n", "m"), [(64, 5, 2), (64, 6, 2), (64, 8, 3), (8, 10, 3)])
def test_vertex_sums(models: int, n: int, m: int) -> None:
    """64 models (5, 2) compiled .6 ms, torch 4 ms; (8, 3) 12 and 50 ms."""
    given = rows_of(weights(models, n, m))
    tensors = [torch.from_numpy(array) for array in given]
    compiled = least_time(lambda: vertex_kernel.rows(*given), 10)
    in_torch = least_time(lambda: vertices.rows(*tensors), 10)
    print(f"\n{models} models ({n}, {m}): {compiled * 1e3:.2f} ms, in torch {in_torch * 1e3:.1f} ms; ", end="")
    print(error(given, vertex_kernel.rows(*given)))


@pytest.mark.parametrize("n", [5, 8, 10, 12])
def test_a_row_by_faces(n: int) -> None:
    g, b, own, p, law = rows_of(weights(1, n, 3))
    given = (g[:4], b[:4], own[:4], small.support_table(p), law[:4])
    seconds = least_time(lambda: face_kernel.rows(*given), 3) / 4
    found = face_kernel.rows(*given)
    print(f"\none row of n = {n} by its faces: {seconds * 1e6:,.0f} μs; ", end="")
    print(error((g[:1], b[:1], own[:1], p, law[:1]), found) if n < 8 else "", end="")


@pytest.mark.parametrize("n", [5, 8, 12])
def test_a_hessian(n: int) -> None:
    given = rows_of(weights(1, n, 3))
    seconds = least_time(lambda: vertex_hessian_kernel.hessians(*given), 3) / n
    print(f"\nthe Hessian of one row of n = {n}: {seconds * 1e6:,.0f} μs; ", end="")
    H, within = vertex_hessian_kernel.hessians(*given)
    if n == 5:
        exact = Row.of(given[0][0], given[1][0], given[2][0], given[3][0]).hessian()
        print(f"within {np.abs(H[0] - exact).max():.0e}, ", end="")
    print(f"estimated {within.max():.0e}")


@pytest.mark.parametrize(("n", "accuracy"), [(5, 1e-10), (6, 1e-10), (6, 1e-6), (8, 1e-6)])
def test_a_thousand_chains(n: int, accuracy: float) -> None:
    """Noisy gradient descent of 1,000 models (n, 2): 100,000 gradient steps a second at n = 6."""
    generator, W, b = np.random.default_rng(2), weights(1000, n, 2), np.full((1000, n), -0.1)
    steps, start = 10, time.process_time()
    for _ in range(steps):
        g, _, own, p, law = rows_of(W)
        _, dg, db = few_features.rows(g, b.reshape(-1), own, p, law, accuracy)
        dG = dg.reshape(1000, n, n)
        W = W - 1e-3 * W @ (dG + dG.mT) + 1e-3 * generator.normal(size=W.shape)
        b = b - 1e-3 * db.reshape(1000, n)
    print(f"\n1,000 chains, n = {n}, gradients to {accuracy}: ", end="")
    print(f"{1000 * steps / (time.process_time() - start):,.0f} steps a CPU second")
