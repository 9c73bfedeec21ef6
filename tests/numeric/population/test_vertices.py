"""Vertex sums of rows, compiled and in plain torch, held to exact rationals and to their own error estimate."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from exact_rows import CASES, Given, Row, arrays, hostile
from hypothesis import assume, given, settings, target
from numpy.typing import NDArray

from numeric.population import vertex_hessian_kernel, vertex_kernel, vertices

Arrays = tuple[NDArray[np.float64], ...]

SAFETY = 5
"""Of the estimates, which count each term's rounding once: 12,000 hostile rows need 1.2 (value), 2.2 (gradient)."""


def in_torch(*given: NDArray[Any]) -> Arrays:
    return tuple(found.numpy() for found in vertices.rows(*map(torch.from_numpy, given)))


IMPLEMENTATIONS: dict[str, Callable[..., Arrays]] = {"compiled": vertex_kernel.rows, "torch": in_torch}


def ratios(case: Given, results: Sequence[Arrays]) -> list[tuple[float, float]]:
    """Errors of value and gradient in units of what the estimate says, and of the last digit of the right number."""
    exact = Row.of(*case)
    right, slopes, last = float(exact.value), exact.gradient(), 2.0**-52
    found = []
    for value, error, dg, db in results:
        off = np.abs(np.append(dg[0], db[0]) - slopes).max()
        off_value = abs(value[0] - right) / (error[0, 0] + last * abs(right) + 1e-300)
        found.append((off_value, off / (error[0, 1] + last * np.abs(slopes).max() + 1e-300)))
    return found


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_value_and_gradient(case: Given) -> None:
    for value, slope in ratios(case, [rows(*arrays([case])) for rows in IMPLEMENTATIONS.values()]):
        assert max(value, slope) < SAFETY


@given(hostile())
@settings(max_examples=settings().max_examples // 2)
def test_hostile_rows(case: Given) -> None:
    """Every error is within the estimate, be it as large as the numbers themselves."""
    found = ratios(case, [rows(*arrays([case])) for rows in IMPLEMENTATIONS.values()])
    for name, (value, slope) in zip(IMPLEMENTATIONS, found, strict=True):
        target(slope, label=name)
        assert max(value, slope) < SAFETY


@pytest.mark.parametrize("rows", IMPLEMENTATIONS.values(), ids=IMPLEMENTATIONS)
def test_rows_do_not_touch_each_other(rows: Callable[..., Arrays]) -> None:
    """A row that overflows, rows of different numbers of features that act, a row twice: each as if alone."""
    n = 4
    padded = [(*g, *[0.0] * (n - len(g))) for g, *_ in CASES.values() if len(g) <= n]
    some: list[Given] = [
        (g, b, own, (*p, *[0.5] * (n - len(p))))
        for g, (_, b, own, p) in zip(padded, (c for c in CASES.values() if len(c[0]) <= n), strict=True)
    ]
    overflow: list[Given] = [([size] * n, 0.0, 0, [0.5] * n) for size in (1e-150, 1e150)]
    together: list[Given] = [s for case in some for s in (case, *overflow, case)]
    for case, *results in zip(together, *rows(*arrays(together)), strict=True):
        alone = [result[0] for result in rows(*arrays([case]))]
        for found, single in zip(results, alone, strict=True):
            # torch may add in another order: by as much as the estimate of rounding.
            np.testing.assert_allclose(found, single, rtol=1e-13, atol=np.nan_to_num(alone[1].max()))


@pytest.mark.parametrize("size", [1e-150, 1e150])
@pytest.mark.parametrize("rows", IMPLEMENTATIONS.values(), ids=IMPLEMENTATIONS)
def test_overflow_is_seen(rows: Callable[..., Arrays], size: float) -> None:
    _, error, *_ = rows(*arrays([([size] * 4, 0.0, 0, [0.5] * 4)]))
    assert not (error < 1e100).any()


@pytest.mark.parametrize("rows", IMPLEMENTATIONS.values(), ids=IMPLEMENTATIONS)
def test_entries_below_the_last_digit(rows: Callable[..., Arrays]) -> None:
    """They are 0 to the sums, and no reason for doubt, but where x_i itself is one, or z goes without it."""
    cases: list[Given] = [([0.5, 1e-18, 0.3], 0.25, 0, [0.5] * 3), ([1e-18, 0.5, 0.3], 0.25, 0, [0.5] * 3)]
    cases += [([0.0, 1e-18, 0.3], 0.25, 0, [0.5] * 3)]
    learned, unlearned, apart = rows(*arrays(cases))[1]
    assert max(learned) < 1e-14
    assert unlearned[1] > 0.1
    assert apart[1] > 0.1


@pytest.mark.parametrize("rows", IMPLEMENTATIONS.values(), ids=IMPLEMENTATIONS)
def test_the_side_of_a_jump(rows: Callable[..., Arrays]) -> None:
    """An unlearned row at b = 0: derivatives from larger b, E x_i² and E x_i."""
    value, _, dg, db = rows(*arrays([([0.0, 0.0], 0.0, 0, [0.6, 0.5])]))
    assert (value[0], dg[0, 0], db[0]) == (0, -2 / 3 * 0.6, -0.6)
    assert dg[0, 1] == -0.6 * 0.25


def hessians_in_torch(*given: NDArray[Any]) -> Arrays:
    return tuple(found.numpy() for found in vertices.hessians(*map(torch.from_numpy, given)))


HESSIANS: dict[str, Callable[..., Arrays]] = {"compiled": vertex_hessian_kernel.hessians, "torch": hessians_in_torch}


def hessian_ratios(case: Given) -> list[float]:
    right = Row.of(*case).hessian()
    found = [hessians(*arrays([case])) for hessians in HESSIANS.values()]
    last = 2.0**-52 * np.abs(right).max() + 1e-300
    return [float(np.abs(H[0] - right).max() / (error[0] + last)) for H, error in found]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
@pytest.mark.slow
def test_hessian(case: Given) -> None:
    assert max(hessian_ratios(case)) < SAFETY


@given(hostile())
@settings(max_examples=settings().max_examples // 4)
def test_hessians_of_hostile_rows(case: Given) -> None:
    assume(not Row.of(*case).has_kink)
    for name, ratio in zip(HESSIANS, hessian_ratios(case), strict=True):
        target(ratio, label=name)
        assert ratio < SAFETY


@pytest.mark.parametrize("hessians", HESSIANS.values(), ids=HESSIANS)
def test_hessians_of_a_stack(hessians: Callable[..., Arrays]) -> None:
    """Each row as if alone, and next to one that overflows."""
    some: list[Given] = [case for case in CASES.values() if len(case[0]) == 3]
    together: list[Given] = [s for case in some for s in (case, ([1e150] * 3, 0.0, 0, [0.5] * 3))]
    H, error = hessians(*arrays(together))
    assert not (error[1::2] < 1e100).any()
    for case, found, within in zip(some, H[::2], error[::2], strict=True):
        np.testing.assert_allclose(found, hessians(*arrays([case]))[0][0], rtol=1e-13, atol=within)


@pytest.mark.parametrize("hessians", HESSIANS.values(), ids=HESSIANS)
def test_where_a_lost_entry_matters(hessians: Callable[..., Arrays]) -> None:
    """An entry below the last digit decides on which side of its jump a second derivative is: that is not hidden."""
    lost: list[Given] = [([1.0, 1e-18], 0.5, 0, [0.5] * 2), ([1.0, 1e-18], 0.0, 0, [0.5] * 2)]
    lost += [([1e-18, 1.0], 0.5, 0, [0.5] * 2)]
    _, error = hessians(*arrays(lost))
    assert error[0] < 1e-13
    assert (error[1:] == np.inf).all()
