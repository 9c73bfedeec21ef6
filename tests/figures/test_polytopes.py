"""The plate of polytopes: its numbers against what is published, and that what is drawn is the hull."""

import numpy as np
import pytest
from captions import checked
from matplotlib import pyplot
from scipy.spatial import Delaunay
from sympy import Rational

from figures.motifs import hull_drawing
from figures.shapes import polytopes
from numeric.geometry import edges, vertices
from numeric.metrics import feature_dimensionality


def silent(share: float) -> None:
    assert 0 <= share <= 1


@pytest.fixture(scope="module")
def shapes() -> tuple[polytopes.Shape, ...]:
    return polytopes.numbers(progress=silent)


def test_published_levels(shapes: tuple[polytopes.Shape, ...]) -> None:
    levels = {shape.name: set(shape.dimensionality) for shape in shapes}
    published = {"digon": "1/2", "triangle": "2/3", "pentagon": "2/5", "tetrahedron": "3/4", "square antiprism": "3/8"}
    for name, level in published.items():
        assert levels[name] == {Rational(level)}
    assert levels["triangular bipyramid"] == {Rational(2, 3), Rational(1, 2)}
    assert levels["pentagonal bipyramid"] == {Rational(2, 5), Rational(1, 2)}
    assert len(levels) == len(shapes) == 12


def test_floats_agree_with_what_is_written_beside_them(shapes: tuple[polytopes.Shape, ...]) -> None:
    for shape in shapes:
        assert shape.geometry.whole == shape.name
        np.testing.assert_allclose(
            feature_dimensionality(shape.vertices), [float(value) for value in shape.dimensionality], rtol=1e-13
        )
        assert sum(shape.dimensionality) == len(shape.vertices)
    text = checked(polytopes.caption(shapes))
    assert "adds up to the dimension, 1, 2 or 3" in text
    assert "octahedron: 3 digons" in text


def test_the_eye_sees_a_rotation() -> None:
    """Columns right, up, towards the eye: orthonormal and right-handed, and the z-axis points up."""
    for view in ((0.0, 0.0), hull_drawing.VIEW, (200.0, -35.0)):
        axes = hull_drawing.turned(np.eye(3), view)
        np.testing.assert_allclose(axes.T @ axes, np.eye(3), atol=1e-15)
        assert np.linalg.det(axes) == pytest.approx(1)
        assert axes[2, 0] == pytest.approx(0, abs=1e-15)
        assert axes[2, 1] > 0


@pytest.mark.parametrize("name", ["cube", "octahedron", "tetrahedron", "square antiprism", "dodecahedron"])
@pytest.mark.parametrize("view", [(135.0, 35.0), hull_drawing.VIEW, (-70.0, 10.0)])
@pytest.mark.slow
def test_hidden_edges_are_dashed(name: str, view: tuple[float, float]) -> None:
    """An edge is hidden when one leaves its middle towards the eye into the solid."""
    points = vertices(name).T
    space = hull_drawing.turned(points, view)
    middles = np.array([(space[a] + space[b]) / 2 for a, b in edges(points)])
    hidden = int((Delaunay(space).find_simplex(middles + np.array([0, 0, 1e-3])) >= 0).sum())
    figure, axes = pyplot.subplots()
    hull_drawing.draw(axes, points, [hull_drawing.COLOURS[0]] * len(points), view)
    pyplot.close(figure)
    drawn = [line.get_linestyle() for line in axes.lines if line.get_color() in ("0.45", "0.72")]
    assert len(drawn) == len(middles)
    assert sum(style != "-" for style in drawn) == hidden


def test_it_is_drawn(shapes: tuple[polytopes.Shape, ...]) -> None:
    figure = polytopes.draw(shapes)
    written = " ".join(text.get_text() for axes in figure.axes for text in axes.texts)
    assert written.count("frac") == 14  # two levels in each bipyramid
    assert [axes.get_title(loc="center") for axes in figure.axes] == list(polytopes.NAMES)
    pyplot.close(figure)
