"""What capacity costs: `make bench`. Times are CPU time on one thread; targets are in the comments."""

from fractions import Fraction
from random import Random
from typing import Any

import torch

from analytic.capacity import Curve, HeldCapacity, QuadraticModel, allocate, quadratic_task, realise
from numeric.capacity import minimise_quadratic, three_values

torch.set_num_threads(1)


def test_derivation(benchmark: Any) -> None:
    """From the moments to L(C), once in a process; target: under 1 s."""

    def derive() -> None:
        quadratic_task.derivation.cache_clear()
        assert quadratic_task.derivation().turning_kurtosis == 3

    benchmark.pedantic(derive, rounds=5)


def test_thousand_features(benchmark: Any) -> None:
    """An exact allocation of 300 dimensions to 1,000 features; target: under 500 ms."""

    def spend() -> None:
        model = QuadraticModel(range(1, 1001), 9)
        assert sum(model.allocate(300)) == 300

    QuadraticModel((1,), 9).allocate(1)
    benchmark.pedantic(spend, rounds=5)


def test_realise(benchmark: Any) -> None:
    """Exact weights of 12 features in 5 dimensions; target: under 20 ms."""
    model = QuadraticModel([Fraction(k, 3) for k in range(6, 18)], 20)
    assert benchmark(realise, model, 5).shape == (5, 12)


def test_water_filling(benchmark: Any) -> None:
    """Six curves of three stretches, rising and falling, with every choice; target: under 2 s."""
    random = Random("benchmark")
    curves = [Curve([(c, Fraction(random.randint(0, 20), 4)) for c in (0, "1/3", "2/3", 1)]) for _ in range(6)]
    assert benchmark(allocate, curves, "5/2").benefit > 0


def test_held_capacity(benchmark: Any) -> None:
    """Stretches, optima and the best of both phases at one setting; target: under 100 ms."""
    sparsities = iter(Fraction(k, 1000) for k in range(1, 1000))

    def solve() -> None:
        model = HeldCapacity(next(sparsities), (1, "1/2"))
        assert model.stretches("antipodal")
        assert model.best()

    HeldCapacity("1/2").best()
    benchmark.pedantic(solve, rounds=40)


def test_exact_beside_searched(benchmark: Any) -> None:
    """A search of 32 starts for what `allocate` and `loss` give in a millisecond; for comparison, no target."""
    found = benchmark(minimise_quadratic, [5.0, 4.0, 3.0, 1.0], 2, three_values(12.0))
    model = QuadraticModel((5, 4, 3, 1), 12)
    assert abs(found.value - float(model.loss(model.allocate(2)))) < 1e-10
