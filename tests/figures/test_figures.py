"""Each figure's numbers, held to the exact values they show, and that each is drawn."""

import ast
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from captions import checked

import figures
from analytic.n2m1 import SmallestModel
from figures.gallery import script
from figures.motifs import colour_scale
from figures.population import nodes, noise_free
from figures.smallest_model import antipodal_ray, landscape, phase_diagram, transition

EPS = float(np.finfo(float).eps)


def silent(share: float) -> None:
    assert 0 <= share <= 1


@pytest.fixture(scope="module")
def diagrams() -> phase_diagram.Diagrams:
    """Trained at 12 × 12 points in place of 24 × 24."""
    axes = phase_diagram.log_axes
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(phase_diagram, "log_axes", lambda size: axes(12 if size == 24 else size))
        return phase_diagram.numbers(progress=silent)


@pytest.fixture(scope="module")
def branches() -> transition.Branches:
    return transition.numbers(progress=silent)


def test_landscape_lies_above_its_minima_and_comes_near_them() -> None:
    for panel in landscape.numbers(progress=silent):
        spacing = panel.axis[1] - panel.axis[0]
        # Near a minimum K rises by at most half its largest curvature, below 4, times the squared distance.
        assert -16 * EPS <= panel.losses.min() - panel.least <= 2 * 2 * (spacing / 2) ** 2
        exact = np.array(panel.points[0].floats)
        row, column = np.unravel_index(panel.losses.argmin(), panel.losses.shape)
        found = np.array((panel.axis[column], panel.axis[row]))
        assert min(np.abs(found - exact).max(), np.abs(found + exact).max()) <= 2 * spacing


def test_rays_agree_with_quadrature_and_have_their_least_value_at_the_best_scale() -> None:
    rays = antipodal_ray.numbers(progress=silent)
    # Relative to K, which is as small as 1/150 of K(0, 0) at s = 0.99; quadrature is good to 1e-13 of the latter.
    assert rays.deviation < 1e-10
    for ray in rays.rays:
        assert ray.losses.min() >= ray.best_loss * (1 - 64 * EPS)
        nearest = np.abs(rays.axis - ray.best).argmin()
        assert ray.losses.argmin() in (nearest - 1, nearest, nearest + 1)
        assert ray.at_one >= ray.best_loss
    assert [ray.best for ray in rays.rays] == sorted((ray.best for ray in rays.rays), reverse=True)


@pytest.mark.slow
def test_boundary_line_is_symmetric_and_passes_through_the_closed_form(diagrams: phase_diagram.Diagrams) -> None:
    density = diagrams.boundary_density
    # Sixty bisections leave 2^-60; the sign of the gap is that of rounding within 1e-15/0.02 of the tie.
    np.testing.assert_allclose(density, density[::-1], rtol=0, atol=1e-12)
    middle = len(density) // 2
    assert diagrams.boundary_importance[middle] == pytest.approx(1, abs=1e-15)
    assert density[middle] == pytest.approx((40 - 4 * 14**0.5) / 43, abs=1e-12)


@pytest.mark.slow
def test_exact_panel_shows_the_certified_minimum(diagrams: phase_diagram.Diagrams) -> None:
    panel = diagrams.exact
    for row, column in ((10, 20), (128, 128), (200, 230), (250, 30)):
        s, extra = (f"{value:.40f}" for value in (1 - panel.density[row], panel.importance[column]))
        minimum = SmallestModel(s, (1, extra)).global_minima()[0]
        w1, w2 = minimum.floats
        # Weights of a minimum are good to about the root of rounding.
        assert panel.norm[row, column] == pytest.approx(abs(w2), abs=1e-7)
        assert panel.superposition[row, column] == pytest.approx(w1**2, abs=1e-7)
        assert panel.antipodal[row, column] == (minimum.phase == "antipodal")


@pytest.mark.slow
def test_trained_panel_agrees_where_phases_differ(diagrams: phase_diagram.Diagrams) -> None:
    # The best of four seeds each; the boundary passes through about fifteen of the 144 points' cells.
    assert diagrams.agreement > 0.95
    assert 0 <= diagrams.excess[0] < 1e-4


def test_colours_are_the_corners_of_the_scale_and_stay_in_range() -> None:
    corners = colour_scale.colours(np.array([0.0, 0.0, 1.0, 2.0]), np.array([0.0, 1.0, 0.0, 3.0]))
    expected = [getattr(colour_scale, end) for end in ("ABSENT", "ABSENT", "ALONE", "SHARED")]
    np.testing.assert_array_equal(corners, expected)


@pytest.mark.slow
def test_branches_cross_at_the_transition_with_the_exact_slopes(branches: transition.Branches) -> None:
    gap = branches.antipodal[0] - branches.aligned[0]
    assert np.all((gap > 1e-9) == (branches.sparsities < branches.critical - 1e-9))
    below, above = (float(branch[2]) for branch in branches.transition.exact_branches())
    slopes = [np.gradient(values[0], branches.sparsities) for values in (branches.aligned, branches.antipodal)]
    tie = int(np.abs(branches.sparsities - branches.critical).argmin())
    # Second-order differences at a spacing of 0.02: h²|K‴|/6 with |K‴| < 15.
    assert slopes[0][tie] == pytest.approx(below, abs=1e-3)
    assert slopes[1][tie] == pytest.approx(above, abs=1e-3)


@pytest.mark.slow
def test_trained_dots_lie_on_or_above_the_branches(branches: transition.Branches) -> None:
    s, losses, w1, w2 = branches.trained
    for k in range(len(s)):
        points = SmallestModel(f"{s[k]:.2f}").critical_points()
        phase = "antipodal" if w1[k] * w2[k] < 0 else "aligned"
        least = min(float(point.value) for point in points if point.phase == phase)
        assert -64 * EPS <= losses[k] - least < 1e-4


def test_unknown_figure_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"figure must be one of bases, .*, got 'landscap'"):
        figures.check_names(("landscap",))
    assert figures.check_names(()) == figures.NAMES


def test_mypy_holds_every_figure() -> None:
    body = ast.walk(ast.parse(Path(script.__file__).read_text(encoding="utf-8")))
    calls = [node.args[0] for node in body if isinstance(node, ast.Call) and ast.unparse(node.func) == "_held"]
    assert sorted(map(ast.unparse, calls)) == sorted(figures.NAMES)


@pytest.mark.slow
def test_a_figure_is_drawn_as_svg_and_png_and_twice_the_same(tmp_path: Path) -> None:
    first = figures.make("antipodal_ray", full=False, device="cpu", progress=silent)
    second = figures.make("antipodal_ray", full=False, device="cpu", progress=silent)
    assert first == second
    figures.save(first, tmp_path)
    assert ElementTree.parse(tmp_path / "antipodal_ray.svg").getroot().tag.endswith("svg")
    assert (tmp_path / "antipodal_ray.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["landscape", "transition", "phase_diagram"])
@pytest.mark.slow
def test_every_figure_draws_and_has_a_caption(
    name: str, diagrams: phase_diagram.Diagrams, branches: transition.Branches
) -> None:
    from matplotlib import pyplot

    modules = {"landscape": landscape, "transition": transition, "phase_diagram": phase_diagram}
    numbers = {
        "landscape": lambda: landscape.numbers(progress=silent),
        "transition": lambda: branches,
        "phase_diagram": lambda: diagrams,
    }[name]()
    figure = modules[name].draw(numbers)
    assert all(axes.get_xlabel() for axes in figure.axes if axes.get_title(loc="left"))
    pyplot.close(figure)
    checked(modules[name].caption(numbers))


@pytest.mark.slow
def test_descent_without_noise_reaches_the_best_known_and_training_does_not() -> None:
    """All gaps are of exact losses: none is below the best known by more than rounding of K, near 0.009."""
    race = noise_free.numbers(progress=silent)
    assert np.all(race.noise_free[:, 1] >= -1e-15)
    assert race.noise_free[-1, 1] <= 1e-13
    assert np.all(np.diff(race.noise_free[:, 0]) > 0)
    assert np.all(race.sampled[:, 1] > 1e-10)
    assert np.all(race.exact[:, 1] >= -1e-15)
    assert race.exact[-1, 1] < 1e-12
    checked(noise_free.caption(race))


@pytest.mark.slow
def test_errors_stay_below_the_tolerance_that_chose_the_nodes() -> None:
    costs = nodes.numbers(progress=silent)
    for rows in costs.errors:
        assert len(rows) == 12
        assert (rows[:, 2] <= rows[:, 0]).all()
        assert rows[-1, 2] < 1e-12 < rows[0, 2]  # they fall, and are not 0 for want of a difference
    for rows in costs.seconds:
        assert (rows[:, 1] > 0).all()
