"""Every way to draw a law, held to its exact moments and to the exact probabilities of its supports.

A mean of N independent terms in [-1, 1] with variance v deviates by more than t with probability at most
2 exp(-Nt²/(2v + 4t/3)) (Bernstein); t is chosen so that this is 1e-10. All of this file's comparisons together, fewer than
2,000, so fail a correct sampler with probability below 2e-7. Seeds are fixed.
"""

import math
from collections import Counter
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.stats import kstest
from torch import Tensor

from analytic import law as exact
from numeric import law
from numeric.sample import Points, sample_independent
from numeric.sample.active_entries import ActiveEntries, worth_while
from numeric.sample.nonempty import Nonempty, columns
from numeric.train import TrainConfig
from numeric.train.source import sampler

FLOAT32 = 2.0**-22  # rounding of a density and of a value
CPU = torch.device("cpu")
BATCH, STEPS = 1000, 40
GROUPS = ((0, 3), (1, 2, 4))


def allowed(variance: float, count: int) -> float:
    """t of the bound above: the root of Nt² = ln(2e10)·(2v + 4t/3)."""
    k = math.log(2e10) / count
    return k * 2 / 3 + math.sqrt((k * 2 / 3) ** 2 + 2 * k * variance)


class Case(NamedTuple):
    name: str
    sparsity: Any
    numeric: Any
    exact: exact.Law


def independent(name: str, *sparsity: str) -> Case:
    exactly = tuple(Fraction(s) for s in sparsity)
    return Case(name, tuple(float(s) for s in exactly), None, exact.Independent(exactly))


CASES = [
    independent("dense", "0", "1/10", "1/4", "1/2", "1"),
    independent("sparse", "19/20", "9/10", "1", "24/25", "99/100"),
    Case("one-hot", None, law.OneHot(), exact.OneHot()),
    Case("correlated", None, law.Correlated(GROUPS, 0.7), exact.Correlated(GROUPS, "7/10")),
    Case("anticorrelated", None, law.Anticorrelated(GROUPS, 0.25), exact.Anticorrelated(GROUPS, "1/4")),
]


def batches(case: Case, signed: bool, dtype: str) -> Tensor:
    """(steps, n, samples) as training draws them, of the second of two models."""
    seeds = (1, 2)
    shared: dict[str, Any] = {"sparsity": (case.sparsity,) * 2} if case.numeric is None else {"law": case.numeric}
    config = TrainConfig(n_features=5, n_hidden=2, seeds=seeds, batch_size=BATCH, signed=signed, dtype=dtype, **shared)
    kind = torch.float32 if dtype == "float32" else torch.float64
    if case.name != "sparse":
        return sampler(config, [1, 2], BATCH, CPU, kind).draw(7, STEPS)[1].clone()
    wide = columns(1 - config.sparsities[0], BATCH, 2)
    assert wide < BATCH
    source = Nonempty([1, 2], torch.from_numpy(1 - config.sparsities), BATCH, wide, signed, kind, CPU)
    x = source.draw(7, STEPS)[1]
    assert (x[:, :, -1] == 0).all()
    return torch.cat([x, x.new_zeros(STEPS, 5, source.absent)], dim=2)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.slow
def test_moments_and_supports(case: Case, signed: bool, dtype: str) -> None:
    x = batches(case, signed, dtype).double()
    assert x.shape == (STEPS, 5, BATCH)
    assert x.abs().max() <= 1
    count = STEPS * BATCH
    mean, square, product = case.exact.moments(5)
    for i in range(5):
        second = float(square[i])
        expected = 0.0 if signed else float(mean[i])
        assert abs(x[:, i].mean() - expected) <= allowed(second - expected**2, count) + FLOAT32
        assert abs((x[:, i] ** 2).mean() - second) <= allowed(second * 3 / 5 - second**2, count) + FLOAT32
        for j in range(i):
            # Both active: each value has mean square 1/3, and mean 1/2 or 0.
            together = 4 * float(product[i][j])
            expected = 0.0 if signed else together / 4
            found = (x[:, i] * x[:, j]).mean()
            assert abs(found - expected) <= allowed(together / 9 - expected**2, count) + FLOAT32
    seen = Counter(map(tuple, (x != 0).permute(0, 2, 1).reshape(-1, 5).tolist()))
    for support, probability in case.exact.supports(5):
        p = float(probability)
        share = seen.pop(tuple(i in support for i in range(5)), 0) / count
        assert abs(share - p) <= allowed(p * (1 - p), count) + 5 * FLOAT32
    # A value of 0 though active, or no active feature at all, by rounding of U to 1: one in 2^24.
    assert sum(seen.values()) <= (0 if dtype == "float64" else 5)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_values_are_uniform_and_independent(case: Case) -> None:
    """Kolmogorov: P(√N D > 3.5) is about 2·exp(-24.5) = 5e-11. Where two features can be active, neighbours do not know of
    each other: their values' product has the mean 1/4.
    """
    x = batches(case, False, "float32").double()
    values = x[x > 0].numpy()
    assert kstest(values, "uniform").statistic * math.sqrt(len(values)) < 3.5
    both = (x[:, 1] > 0) & (x[:, 2] > 0)
    if both.any():
        found = (x[:, 1] * x[:, 2])[both].mean().item()
        assert abs(found - 1 / 4) <= allowed(1 / 9 - 1 / 16, int(both.sum())) + FLOAT32


def test_the_number_of_nonempty_samples_is_binomial() -> None:
    """Its mean and its variance: B q and B q (1 - q). The variance of N draws of a near-normal count is off by 6.6·√(2/N) with
    probability 4e-11; 0.02 for its kurtosis.
    """
    density, steps = np.array([0.05, 0.1]), 2000
    wide = columns(density, BATCH, 20)
    source = Nonempty([5], torch.from_numpy(density)[None], BATCH, wide, False, torch.float32, CPU)
    counts = (source.draw(0, steps)[0] != 0).any(dim=1).sum(dim=1).double()
    q = 1 - 0.95 * 0.9
    assert abs(counts.mean().item() - BATCH * q) < 6.5 * math.sqrt(BATCH * q * (1 - q) / steps)
    assert abs(counts.var().item() / (BATCH * q * (1 - q)) - 1) < 6.6 * math.sqrt(2 / steps) + 0.02
    assert counts.max() < wide


def test_columns_hold_every_count_and_save_work_only_where_they_do() -> None:
    assert columns(np.full(2, 0.05), 1024, 1) < 300
    assert columns(np.full(5, 0.5), 1024, 2) == 1024
    assert columns(np.full(3, 1.0), 1024, 2) == 1024
    assert columns(np.zeros(3), 1024, 2) < 100
    assert columns(np.full(2, 0.01), 4, 1) == 4


@pytest.mark.parametrize("density", [0.05, 0.15, (0.05, 0.1), 1e-3])
@pytest.mark.parametrize("signed", [False, True])
def test_active_entries(density: Any, signed: bool) -> None:
    """Counts of every feature, of samples without any, and the values."""
    n, batch, steps = 50, 200, 100
    row = np.linspace(*density, n) if isinstance(density, tuple) else np.full(n, density)
    assert worth_while(row, batch)
    source = ActiveEntries(3, row, batch, signed, torch.float32)
    counts, values, samples, pairs = torch.zeros(n), [], 0, 0
    for active in source.draw(11, steps):
        assert active.start[0] == 0
        assert active.start[-1] == len(active.value) == len(active.feature)
        assert (active.start.diff() > 0).all()
        row_of = torch.arange(active.samples).repeat_interleave(active.start.diff())
        assert torch.equal(active.place, row_of * n + active.feature)
        assert (active.place.diff() > 0).all()
        counts += torch.bincount(active.feature, minlength=n)
        samples += active.samples
        values.append(active.value)
        pairs += int((active.start.diff() * (active.start.diff() - 1)).sum()) // 2
    total = batch * steps
    for p, found in zip(row, counts.tolist(), strict=True):
        assert abs(found / total - p) <= allowed(p * (1 - p), total) + FLOAT32
    some = 1 - math.prod(1 - row)
    assert abs(samples / total - some) <= allowed(some * (1 - some), total) + FLOAT32
    # Pairs of active features in a sample: the mean of K(K-1)/2 is Σ_{i<j} p_i p_j where features are independent.
    expected = (row.sum() ** 2 - (row**2).sum()) / 2
    spread = math.sqrt(expected * (1 + 2 * row.sum()))
    assert abs(pairs / total - expected) <= 6.5 * spread / math.sqrt(total)
    x = torch.cat(values).double().numpy()
    assert kstest((x + 1) / 2 if signed else x, "uniform").statistic * math.sqrt(len(x)) < 3.5


def test_active_entries_are_for_many_features_few_of_them_active() -> None:
    assert not worth_while(np.full(5, 0.05), 1024)
    assert not worth_while(np.full(400, 0.5), 1024)
    assert not worth_while(np.full(400, 1e-7), 1024)
    assert not worth_while(np.array([0.2] + [1e-3] * 99), 1024)


def test_points() -> None:
    """Each row as often, exactly as it is; all of them in order where they come whole."""
    points = np.arange(12.0).reshape(4, 3) / 12
    config = TrainConfig(n_features=3, n_hidden=2, seeds=(1, 2), law=Points(points), batch_size=BATCH)
    x = sampler(config, [1, 2], BATCH, CPU, torch.float64).draw(0, STEPS)
    assert x.shape == (2, STEPS, 3, BATCH)
    assert not torch.equal(x[0], x[1])
    rows = x.permute(0, 1, 3, 2).reshape(-1, 3)
    found = [(rows == torch.from_numpy(point)).all(1).double().mean().item() for point in points]
    assert sum(found) == pytest.approx(1)
    assert all(abs(share - 0.25) <= allowed(3 / 16, len(rows)) for share in found)
    whole = TrainConfig(n_features=3, n_hidden=2, seeds=(1, 2), law=Points(points, whole=True), batch_size=4)
    x = sampler(whole, [1, 2], 4, CPU, torch.float64).draw(0, 2)
    assert torch.equal(x, torch.from_numpy(points.T).expand(2, 2, 3, 4))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_step_is_a_step_whatever_was_drawn_before(case: Case) -> None:
    """Steps drawn one by one, in any order and chunk, and by another stack with the same key, are the same."""
    shared: dict[str, Any] = {"sparsity": (case.sparsity,) * 3} if case.numeric is None else {"law": case.numeric}
    config = TrainConfig(n_features=5, n_hidden=2, seeds=(1, 2, 3), batch_size=7, **shared)
    whole = sampler(config, [1, 2, 3], 7, CPU, torch.float32).draw(0, 6).clone()
    again = sampler(config.of([2, 0]), [3, 1], 7, CPU, torch.float32)
    for step, steps in ((4, 2), (0, 1), (1, 3), (5, 1)):
        x = again.draw(step, steps)
        assert torch.equal(x[0], whole[2, step : step + steps])
        assert torch.equal(x[1], whole[0, step : step + steps])
    assert not torch.equal(whole[0], whole[1])
    assert not torch.equal(whole[0, 0], whole[0, 1])


@given(st.floats(0, 1), st.sampled_from([torch.float32, torch.float64]), st.integers(0, 2**32), st.booleans())
@example(1.0, torch.float32, 0, False)
@example(1 - 2**-53, torch.float32, 0, True)
@example(5e-324, torch.float64, 0, False)
def test_draws_lie_in_the_unit_interval(sparsity: float, dtype: torch.dtype, seed: int, signed: bool) -> None:
    x = sample_independent(sparsity, (3, 101), torch.Generator().manual_seed(seed), dtype=dtype, signed=signed)
    assert x.dtype == dtype
    assert x.shape == (3, 101)
    assert ((x.abs() >= 0) & (x.abs() <= 1)).all()
    assert signed or (x >= 0).all()
    if sparsity == 1:
        assert (x == 0).all()


@pytest.mark.slow
def test_the_smallest_density_keeps_its_digits() -> None:
    """At p = 1e-6, s in float32 would be off by 6 %; here the count of active entries shows p itself."""
    n = 40_000_000
    active = int((sample_independent(1 - 1e-6, (n,), torch.Generator().manual_seed(4)) > 0).sum())
    assert abs(active - 40) < 40 * allowed(1e-6, n) / 1e-6


def test_one_draw_of_a_generator() -> None:
    s = torch.tensor([[0.0, 1.0], [0.5, 0.75]], dtype=torch.float64)[:, :, None]
    x = sample_independent(s, (2, 2, 100_000), torch.Generator().manual_seed(3)).double()
    assert (x[0, 1] == 0).all()
    for row, p in ((x[0, 0], 1.0), (x[1, 0], 0.5), (x[1, 1], 0.25)):
        assert abs(row.mean().item() - p / 2) <= allowed(p / 3 - p**2 / 4, 100_000) + FLOAT32
    again = sample_independent(s, (2, 2, 100_000), torch.Generator().manual_seed(3)).double()
    assert torch.equal(x, again)


@pytest.mark.parametrize(
    ("sparsity", "dtype", "message"),
    [
        (1.2, torch.float32, r"sparsity must lie in \[0, 1\], got 1.2"),
        (-0.5, torch.float32, r"sparsity must lie in \[0, 1\], got -0.5"),
        (math.nan, torch.float32, r"sparsity must lie in \[0, 1\], got nan"),
        (torch.zeros(3), torch.float32, r"sparsity must broadcast to shape \(2, 4\), got shape \(3,\)"),
        (0.5, torch.float16, "dtype must be torch.float32 or torch.float64, got torch.float16"),
    ],
)
def test_bad_input(sparsity: Any, dtype: torch.dtype, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sample_independent(sparsity, (2, 4), torch.Generator(), dtype=dtype)
