"""Every public result prints on one short line, with decimals beside what is exact, and in notebooks as a short table."""

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

import antipodal
from analytic.n2m1 import (
    SmallestModel,
    basin_probabilities,
    phase_boundary,
    phase_curve,
    phase_diagram,
    phase_transitions,
)
from analytic.n2m1.bias import certify
from analytic.polygon_proof import pentagon_density
from analytic.winners import winner_at, winners
from numeric.dynamics import Trajectory
from numeric.geometry import describe
from numeric.line_packing import least_coherence, least_cosine
from numeric.memorise import MemoriseConfig, train_on_samples
from numeric.thomson import solve
from numeric.train import TrainConfig, train

CONFIG = TrainConfig(n_features=3, n_hidden=2, seeds=tuple(range(40)), sparsity=(0.9,) * 40, steps=2)
POINTS = MemoriseConfig(points=(3, None), n_features=100, sparsity=0.9, steps=2, warm_up=1, fresh=8, test_samples=8)


@cache
def certified() -> Any:
    return certify("9/10")


RESULTS: dict[str, Callable[[], Any]] = {
    "phase transition": phase_boundary,
    "phase transition of degree 78": lambda: phase_boundary((1, "1/2")),
    "phase transition with a long importance": lambda: phase_boundary((1, "123456789/250000001")),
    "phase transitions": phase_transitions,
    "branches": lambda: phase_boundary().branches(),
    "algebraic number": lambda: phase_boundary((1, "1/2")).value,
    "phase curve": phase_curve,
    "phase diagram": lambda: phase_diagram(np.linspace(0, 0.9, 50)[:, None], np.ones(50)),
    "smallest model": lambda: SmallestModel("1/2"),
    "smallest model with long numbers": lambda: SmallestModel("314159265358979/1000000000000000", ("1/3", "22/7")),
    "critical points": lambda: SmallestModel("37/100", (1, "1/3")).critical_points(),
    "critical points without data": lambda: SmallestModel(1).critical_points(),
    "critical point": lambda: SmallestModel("1/2").global_minima()[0],
    "certified": certified,
    "certified, dropping": lambda: certify("1/2", (1, "1/2")),
    "not certified": lambda: certify("3/10", budget=1e-9),
    "minimisers": lambda: certified().minimisers,
    "basins": lambda: basin_probabilities("1/2", (1, 1), 1.0),
    "pentagons of small density": pentagon_density,
    "enclosure": lambda: antipodal.enclose_loss([["1/3", "-1/2"]], [0, 0], "9/10"),
    "reigns": lambda: winners(5, 2),
    "winner": lambda: winner_at(5, 2, "9/10"),
    "best norm and bias": lambda: winner_at(5, 2, "9/10").atoms[0],
    "packing": lambda: winner_at(8, 2, "9/10").packing,
    "polytope": lambda: antipodal.polytope("icosahedron"),
    "entry of the atlas": lambda: antipodal.atlas(5, 2, 0.9),
    "minimum of the atlas": lambda: antipodal.atlas(5, 2, 0.9).minima[-1],
    "charges": lambda: antipodal.thomson(7),
    "minima": lambda: antipodal.minimise_loss(3, 2, 0.5, starts=4),
    "points on a sphere": lambda: solve(12, starts=4),
    "minimum on a sphere": lambda: solve(12, starts=1).minima[0],
    "geometry": lambda: describe(np.random.default_rng(0).normal(size=(20, 100))),
    "component": lambda: describe([[1, -1, 0], [0, 0, 1]]).components[0],
    "training": lambda: train(CONFIG),
    "judged training": lambda: train(CONFIG).judge(),
    "settings": lambda: CONFIG,
    "settings of the door": lambda: antipodal.TrainConfig(n_features=2, n_hidden=1, seeds=(0,), sparsity=("1/2",)),
    "memorisation": lambda: train_on_samples(POINTS),
    "settings of memorisation": lambda: POINTS,
    "trajectory": lambda: Trajectory(tuple(range(1, 200)), np.zeros((199, 2, 50)), np.zeros((199, 50)), np.ones(199)),
    "lines": lambda: least_coherence(12, 5, starts=1),
    "spherical code": lambda: least_cosine(12, 5, starts=1),
    "sweep": lambda: antipodal.Sweep(
        settings={"n_features": 2, "n_hidden": 1, "sparsity": 0.5}, axes={}, seeds=range(999)
    ),
    "judgement": lambda: antipodal.judge(np.ones((2, 30)), np.zeros(30), 0.9, seconds=0.1, starts=1),
}


@pytest.mark.parametrize("name", RESULTS)
@pytest.mark.slow
def test_a_result_is_short(name: str) -> None:
    result = RESULTS[name]()
    assert len(repr(result)) <= 400
    for method in ("_repr_html_", "_repr_latex_"):
        text = getattr(result, method, str)() if hasattr(result, method) else ""
        assert len(text or "") <= 2000
    if hasattr(result, "__float__"):
        assert math.isfinite(float(result))
    if isinstance(result, tuple) and not hasattr(result, "_fields"):
        assert all(len(repr(entry)) <= 400 for entry in result)


SAID = {
    "phase transition": "PhaseTransition((1, 1)): s* = 3/43 + 4*sqrt(14)/43 = 0.417828594119…, aligned below and antipodal above",
    "phase transition of degree 78": "PhaseTransition((1, 1/2)): s* = 0.441980012273…, a root of degree 78, aligned below and "
    "antipodal above",
    "phase curve": "PhaseCurve: F(s, r) = 0, irreducible, of degree 78 in s and 74 in r, 5743 terms",
    "critical point": "antipodal minimum W = ±(sqrt(110)/10 = 1.04880884817…, -sqrt(110)/10 = -1.04880884817…), "
    "K = 13/160 = 0.08125",
    "geometry": "Geometry: unnamed (100 in 20-D)",
    "training": "Training: 40 models, n = 3, m = 2, independent features, 2 steps; 0 diverged; recorded: nothing",
    "polytope": "Polytope(icosahedron: 12 vertices in 3 dimensions)",
}


@pytest.mark.parametrize("name", SAID)
@pytest.mark.slow
def test_what_a_result_says(name: str) -> None:
    assert repr(RESULTS[name]()) == SAID[name]


def test_an_enclosure_says_its_digits_and_its_radius() -> None:
    """K = 0.0931197974098839 ± …: the digits shown are those of the midpoint, the radius is rounded up or down by less than 1 in
    its one digit."""
    found = antipodal.enclose_loss([["1/3", "-1/2"]], ["1/7", 0], "9/10", digits=30)
    middle, radius = repr(found).split(" ± ") if " ± " in repr(found) else (repr(found), "0")
    assert abs(float(middle) - float(found)) < 1e-16
    assert float(radius) == pytest.approx(float(found.radius), rel=0.5, abs=0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("phase transition", (3 + 4 * math.sqrt(14)) / 43),
        ("critical point", 13 / 160),
        ("certified", 0.003319483990452563),
        ("winner", 0.0263051311239323),
        ("charges", 14.452977414220956),
        ("minima", None),
    ],
)
@pytest.mark.slow
def test_one_number_is_its_float(name: str, value: float | None) -> None:
    result = RESULTS[name]()
    assert float(result) == pytest.approx(result.value if value is None else value, rel=1e-13)


def test_tables_are_lists_as_before() -> None:
    """A list of critical points, or of reigns, is a tuple that prints as a table."""
    points = SmallestModel("1/2").critical_points()
    assert isinstance(points, tuple)
    assert points == tuple(points)
    assert points._repr_html_().count("<tr>") == 1 + len(points)
    assert winners(5, 2)._repr_html_().count("<tr>") == 4


def test_the_symbolic_loss_is_the_loss() -> None:
    """One expression for all weights: at points of the three chambers and on their edges."""
    from sympy import Rational

    from analytic.n2m1 import WEIGHTS

    model = SmallestModel("1/3", (1, "1/2"), "1/10")
    K = model.symbolic_loss()
    half = Rational(1, 2)
    for weights in ((1, half), (1, -half), (half, -1), (-half, 1), (1, 0), (0, 1), (1, -1), (0, 0)):
        assert K.subs(dict(zip(WEIGHTS, weights, strict=True))) == model.loss(*weights)
