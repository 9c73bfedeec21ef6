"""Learning coefficients by sampling, against exact values and closed forms."""

from functools import cache
from typing import Any

import numpy as np
import pytest
from sympy import Rational

from analytic.learning_coefficient import learning_coefficient
from analytic.one_sparse import polygons
from numeric.learning_coefficient import (
    ESTIMATORS,
    STANDARD,
    Benchmark,
    Target,
    Unreliable,
    benchmark,
    empirical_target,
    finite_temperature,
    ladder,
    laplace,
    mala,
    monomials,
    one_hot_target,
    polygon_target,
    population_target,
    rays,
    reduced_rank_coefficient,
    sgld,
    sgld_step_bias,
    temperature,
)

KNOWN = {one.name: one for one in STANDARD}
HEXAGON: Target = KNOWN["6-gon"].target


@pytest.mark.parametrize("one", STANDARD, ids=lambda one: one.name)
def test_the_gradient_is_that_of_the_value_and_the_minimum_is_one(one: Benchmark) -> None:
    """Along a line, central differences 1e-5 apart agree with the gradient to O(h²) and rounding."""
    target, generator = one.target, np.random.default_rng(0)
    value, gradient = target.value_and_gradient(target.minimum[None])
    assert value[0] == pytest.approx(target.level, abs=1e-15)
    assert np.abs(gradient).max() < 1e-6
    place = target.minimum + 0.1 * generator.standard_normal((5, target.dimension))
    along, h = generator.standard_normal(target.dimension), 1e-5
    slope = (target.value_and_gradient(place + h * along)[0] - target.value_and_gradient(place - h * along)[0]) / (
        2 * h
    )
    assert slope == pytest.approx(target.value_and_gradient(place)[1] @ along, abs=1e-6, rel=1e-5)


@pytest.mark.parametrize("name", ["5-gon", "5-gon−", "5-gon+", "6-gon", "7-gon", "digon", "one factor, p = 3"])
@pytest.mark.slow
def test_laplace_and_rays_on_regular_minima(name: str) -> None:
    """Within 1e-3 of λ: the deviation of λ(τ) is of order c₁/τ, at most 600/1e6."""
    one = KNOWN[name]
    assert laplace(one.target, 1e6).value == pytest.approx(one.coefficient, abs=1e-3)
    assert rays(one.target).value == pytest.approx(one.coefficient, rel=1e-3)


@pytest.mark.parametrize("name", ["4-gon", "4-gon−"])
@pytest.mark.slow
def test_a_kink_is_seen_by_laplace_and_served_by_rays(name: str) -> None:
    one = KNOWN[name]
    with pytest.raises(Unreliable, match="draws are effective"):
        laplace(one.target, 1e6)
    assert rays(one.target).value == pytest.approx(one.coefficient, rel=5e-3)
    assert KNOWN[name].target.spectrum.min() > 0.05  # no sign of it in a numerical Hessian


@pytest.mark.parametrize("plus", [1, 2])
@pytest.mark.slow
def test_the_ladder_beside_features_dropped_with_a_positive_bias(plus: int) -> None:
    """Against what bounds on cones prove: within five errors, of independent particles."""
    exact = learning_coefficient(polygons(4)[0].with_dead(plus=plus)).value
    assert exact == Rational(11 + 3 * plus, 2)
    found = ladder(polygon_target(4, 0, plus), (1.0, 1e6))
    assert abs(found.value - float(exact)) < 5 * found.error < 0.05 * float(exact)


@pytest.mark.parametrize("name", ["x²y²", "RRR 2·1·2 r0", "RRR 2·2·2 r1"])
def test_singular_minima_are_refused_by_laplace_and_rays(name: str) -> None:
    with pytest.raises(Unreliable, match="singular"):
        laplace(KNOWN[name].target, 1e6)
    with pytest.raises(Unreliable, match="its minimum is singular, use the ladder"):
        rays(KNOWN[name].target)


@pytest.mark.parametrize("name", ["x²", "x²y²", "4-gon", "6-gon"])
@pytest.mark.slow
def test_the_ladder_on_all_kinds(name: str) -> None:
    """Five errors, or 3 % where the multiplicity is fitted."""
    one = KNOWN[name]
    found = ladder(one.target, (1.0, 1e5), particles=300, moves=6, multiplicity=one.multiplicity)
    room = max(5 * found.error, 0.03 * one.coefficient * (one.multiplicity - 1))
    assert found.value == pytest.approx(one.coefficient, abs=room)


def test_the_published_formula_of_reduced_rank_regression() -> None:
    assert reduced_rank_coefficient(2, 1, 2, 0) == (1, 2)
    assert reduced_rank_coefficient(2, 2, 2, 1) == (2, 2)
    assert reduced_rank_coefficient(3, 2, 3, 1) == (3.5, 2)
    assert reduced_rank_coefficient(1, 1, 5, 1) == (2.5, 1)  # N alone counts: regular, 1 + 5 − 1 parameters over 2
    assert reduced_rank_coefficient(2, 5, 2, 1) == (2, 1)


def test_laplace_has_the_moments_of_a_gaussian() -> None:
    """K = Σ h x²/2 with γ: λ(τ) = ½ Σ τh/(τh + γ), without variance."""
    h = np.array([1.0, 0.1, 0.01])
    quadratic = Target("quadratic", np.zeros(3), 0.0, lambda z: ((h * z**2).sum(-1) / 2, h * z))
    found = laplace(quadratic, 50.0, gamma=2.0)
    assert found.value == pytest.approx(sgld_step_bias(h, 50.0, 2.0, 0.0), abs=1e-6)


def test_the_temperature_of_the_ladder_with_localisation_is_the_integral() -> None:
    """E τx²y² under exp(−τx²y² − γ(x² + y²)/2): y integrates out, x by a sum; four errors."""
    target, gamma = monomials((2, 2)), 0.1
    x = np.exp(np.linspace(-25, 3, 100_001))
    for n in (500, 50_000):
        tau = temperature(n)
        precision = 2 * tau * x**2 + gamma
        weight = x * np.exp(-gamma * x**2 / 2) / np.sqrt(precision)
        exact = float((weight * tau * x**2 / precision).sum() / weight.sum())
        found = finite_temperature(target, n, samples=3_000)
        assert found.value == pytest.approx(exact, abs=4 * found.error)


def test_mala_has_the_law_that_importance_sampling_has() -> None:
    """At n = 500,000 the hexagon is nearly Gaussian: both λ(τ) agree within four errors, SGLD's lies above by its formula."""
    reference = finite_temperature(HEXAGON, 500_000, samples=20_000)
    found = mala(HEXAGON, 500_000, chains=50, steps=2000)
    assert found.value == pytest.approx(reference.value, abs=4 * np.hypot(found.error, reference.error))
    assert found.below_level == 0
    assert found.acceptance == pytest.approx(0.7, abs=0.1)
    tau, step = temperature(500_000), 2e-5
    biased = sgld(HEXAGON, 500_000, chains=50, steps=2000, step=step)
    expected = sgld_step_bias(HEXAGON.spectrum, tau, 0.1, step) + reference.value - 8.5
    assert biased.value == pytest.approx(expected, abs=5 * biased.error)


def test_the_measure_on_the_slice_is_an_integral_over_turns() -> None:
    """∫ exp(−γ|Rw − w*|²/2) dφ times ⟨W, W*⟩, the trapezoid rule on a circle; relative to the centre, to rounding."""
    y, gamma = 0.3 * np.random.default_rng(0).standard_normal((4, 17)), 0.7
    angle = 2 * np.pi * np.arange(400) / 400
    found = []
    for place in np.concatenate([np.zeros((1, 17)), y]):
        w = HEXAGON.minimum + place @ HEXAGON.across
        first, second, rest = w[:6], w[6:12], w[12:]
        turned = np.concatenate(
            [np.outer(np.cos(angle), first) - np.outer(np.sin(angle), second),
             np.outer(np.sin(angle), first) + np.outer(np.cos(angle), second), np.tile(rest, (400, 1))], axis=1
        )  # fmt: skip
        weight = np.exp(-gamma / 2 * ((turned - HEXAGON.minimum) ** 2).sum(1)).mean()
        found.append(np.log(weight * (w[:12] @ HEXAGON.minimum[:12])))
    measure = HEXAGON.log_measure(np.concatenate([np.zeros((1, 17)), y]), gamma)
    assert measure[1:] - measure[0] == pytest.approx(np.array(found[1:]) - found[0], abs=1e-12)


def test_chains_that_leave_their_basin_are_an_error() -> None:
    with pytest.raises(Unreliable, match="lie below the level of 5-gon−: the chains have left its basin"):
        mala(KNOWN["5-gon−"].target, 5000, chains=50, steps=2000)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: laplace(HEXAGON, 1e13), r"tau must lie in \(0, 1e12\], got 1"),
        (lambda: rays(HEXAGON, 1e-15), "epsilon must be finite and at least 1e-13, got 1e-15"),
        (lambda: sgld(HEXAGON, 5000, step=1.0), "step must be below .* to be stable, got 1.0"),
        (lambda: sgld_step_bias([1.0], 100, 0, 0.05), "step must be below .* got 0.05"),
        (lambda: mala(HEXAGON, 2), "n must be a whole number of at least 3, got 2"),
        (lambda: ladder(HEXAGON, (10, 1)), r"tau must increase, got \(10, 1\)"),
        (lambda: one_hot_target([[1, -0.5]], [0, 0]), "W and b must be a critical point, got a gradient of size"),
        (lambda: monomials((1, 2)), "exponents must be even, got 1"),
        (lambda: monomials(2.5), "exponents must be a sequence of whole numbers, got 2.5"),
        (lambda: empirical_target(HEXAGON, 5, 100, 0), "features must fit a target of dimension .* = 18, got 5"),
        (lambda: KNOWN["6-gon"].at(7), "n must be one of 500, 5000, 50000, 500000, got 7"),
    ],
)
def test_bad_input(call: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        call()


def test_a_diverging_chain_is_an_error() -> None:
    """At a kink no formula knows the stable step; what diverges is seen."""
    with pytest.raises(ArithmeticError):
        sgld(KNOWN["4-gon"].target, 5000, step=1.0, chains=10, steps=200)


def test_the_empirical_loss_is_the_mean_over_its_samples() -> None:
    n, c, seed = 400, 6, 3
    found = empirical_target(HEXAGON, c, n, seed)
    generator = np.random.default_rng(seed)
    which, x = generator.integers(c, size=n), generator.random(n)
    data = np.zeros((n, c))
    data[np.arange(n), which] = x
    z = HEXAGON.minimum + 0.2 * np.random.default_rng(1).standard_normal((4, 18))
    for place, value in zip(z, found.value_and_gradient(z)[0], strict=True):
        W, b = place[:12].reshape(2, 6), place[12:]
        output = np.maximum(data @ W.T @ W + b, 0)
        assert value == pytest.approx(((data - output) ** 2).sum(1).mean(), rel=1e-13)
    h, along = 1e-7, np.random.default_rng(2).standard_normal(18)
    slope = (found.value_and_gradient(z + h * along)[0] - found.value_and_gradient(z - h * along)[0]) / (2 * h)
    assert slope == pytest.approx(found.value_and_gradient(z)[1] @ along, abs=1e-6)
    assert found.level <= found.value_and_gradient(HEXAGON.minimum[None])[0][0]


def test_targets_start_at_the_exact_polygons() -> None:
    for k in (5, 6, 7):
        exact = polygons(k)[0]
        assert KNOWN[f"{k}-gon"].target.level == pytest.approx(float(exact.loss()), rel=1e-13)


def test_a_chain_does_not_depend_on_later_blocks() -> None:
    alone, both = (sgld(HEXAGON, 500_000, chains=chains, steps=40, seed=5) for chains in (1000, 1001))
    assert both.value != alone.value
    assert both.value == pytest.approx(alone.value, rel=1e-2)
    assert sgld(HEXAGON, 500_000, chains=1000, steps=40, seed=5).value == alone.value


def test_population_target_has_the_level_of_the_population_loss() -> None:
    target = population_target([[0.9084003365582202, -0.9084003365582202]], [0.17306216993866447] * 2, 0.43)
    assert target.level == pytest.approx(0.0931197974098839, rel=1e-13)
    assert laplace(target, 1e5).value == pytest.approx(2.0, abs=5e-3)


@cache
def board(estimator: str) -> Any:
    few = [KNOWN[name] for name in ("x²", "x²y²", "4-gon", "6-gon")]
    return {row.target: row for row in benchmark(ESTIMATORS[estimator], few)}


def test_the_board_says_what_fails() -> None:
    assert board("Laplace")["6-gon"].relative == pytest.approx(0, abs=1e-3)
    assert "singular" in board("Laplace")["x²y²"].refused
    assert "effective" in board("Laplace")["4-gon"].refused
    assert board("Hessian rank")["6-gon"].relative == 0
    assert board("Hessian rank")["x²y²"].relative == -1
    assert np.isnan(board("Laplace")["4-gon"].value)


def test_the_board_as_csv() -> None:
    lines = benchmark(ESTIMATORS["Laplace"], STANDARD[:2]).csv().splitlines()
    assert lines[0].startswith("target,coefficient,n,seed,value,error,relative,z,evaluations,seconds,refused")
    assert len(lines) == 3
    with pytest.raises(ValueError, match="targets must be a sequence of Benchmark, got"):
        benchmark(ESTIMATORS["Laplace"], ["6-gon"])  # type: ignore[list-item]


def test_devinterp_samples_the_exact_loss() -> None:
    pytest.importorskip("devinterp")
    from numeric.learning_coefficient.adapters import devinterp_sgld

    with pytest.warns():
        found = devinterp_sgld(HEXAGON, 500_000, 0, step=1e-5, chains=4, steps=300)
    assert 0 < found.value < 20


def test_what_devinterp_is_given() -> None:
    import torch

    from numeric.learning_coefficient.adapters import devinterp_1, devinterp_2

    model, loader, evaluate = devinterp_1(HEXAGON)
    with torch.no_grad():
        model.parameters_ += 0.1
    loss = evaluate(model, next(iter(loader)))
    loss.backward()
    value, gradient = HEXAGON.value_and_gradient(HEXAGON.minimum[None] + 0.1)
    assert loss.item() == value[0]
    assert np.array_equal(model.parameters_.grad.numpy(), gradient[0])
    model, rows, loss_of = devinterp_2(HEXAGON, rows=5)
    assert loss_of(model, torch.tensor([row["input_ids"] for row in rows])).shape == (5, 1)
