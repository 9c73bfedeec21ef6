"""The diagram of winners: what it shows is certified, and drawn."""

from fractions import Fraction

import numpy as np
import pytest
from captions import checked
from matplotlib import pyplot

from analytic.winners import winner_at
from figures.shapes import winners


def silent(share: float) -> None:
    assert 0 <= share <= 1


@pytest.fixture(scope="module")
def diagram() -> winners.Diagram:
    return winners.numbers(progress=silent)


@pytest.mark.slow
def test_curves_touch_at_the_winner_of_each_sparsity(diagram: winners.Diagram) -> None:
    for curves in diagram.curves:
        names = [packing.name for packing in curves.packings]
        for k in range(0, len(curves.sparsities), 5):
            s = Fraction(k, len(curves.sparsities))
            assert curves.sparsities[k] == float(s)
            least = winner_at(curves.n, curves.m, s)
            assert names[int(curves.losses[:, k].argmin())] == least.packing.name
            scale = curves.n * float((1 - s) / 3 - (1 - s) ** 2 / 4)
            assert curves.losses[:, k].min() == pytest.approx(float(least.loss.midpoint) / scale, rel=1e-11)


@pytest.mark.slow
def test_dots_lie_on_the_curve_of_the_winner(diagram: winners.Diagram) -> None:
    """The least loss of all W and b that is found, to ten times the accuracy of the loss without sampling."""
    curves = diagram.curves[0]
    assert curves.searched.shape[1] >= 3
    for s, found in curves.searched.T:
        exact = Fraction(round(float(s) * 10), 10)
        scale = curves.n * float((1 - exact) / 3 - (1 - exact) ** 2 / 4)
        assert found * scale == pytest.approx(float(winner_at(curves.n, curves.m, exact).loss.midpoint), rel=1e-9)


@pytest.mark.slow
def test_seven_crossings_serve_all_settings(diagram: winners.Diagram) -> None:
    shown = [round(float(reign.end.midpoint), 9) for reigns in diagram.reigns.values() for reign in reigns[:-1]]
    assert len(shown) == 16
    assert list(diagram.crossings) == sorted(set(shown))
    assert len(diagram.crossings) == 7


@pytest.mark.slow
def test_the_best_height_takes_over_before_the_tight_frame(diagram: winners.Diagram) -> None:
    """Certified by the antiprism of that height; lower than the tight one wherever it is drawn."""
    before, after = diagram.free.certified
    assert before == "pentagon ⊕ digon + 1 dropped"
    assert after.startswith("square antiprism of height ")
    reign = diagram.reigns[8, 3][-1]
    assert reign.packing.name == "square antiprism"
    assert diagram.free.start < float(reign.start.midpoint) - 0.005
    assert 0.5 < diagram.free.height < 3**-0.5
    curves = diagram.curves[1]
    places = [int(np.flatnonzero(curves.sparsities == s)[0]) for s in diagram.free.sparsities]
    assert (diagram.free.losses < curves.losses[-1, places]).all()


def test_bands_share_out_all_features(diagram: winners.Diagram) -> None:
    for (n, _), reigns in diagram.reigns.items():
        for reign in reigns:
            shares = winners._shares(reign.packing)
            assert sum(features for _, features in shares) == n
            assert {name for name, _ in shares} <= set(winners.COLOURS)


def test_is_drawn_with_a_caption(diagram: winners.Diagram) -> None:
    figure = winners.draw(diagram)
    bands, left, right = figure.axes
    assert {text.get_text() for text in bands.texts} >= {
        "n = 8, m = 3",
        "square antiprism",
        "0.3558",
        "pentagon + 1 dropped",
    }
    titles = [axes.get_title(loc="left") or axes.get_title() for axes in (left, right)]  # the style puts them left
    assert titles == ["n = 5, m = 2", "n = 8, m = 3"]
    figure.canvas.draw()
    pyplot.close(figure)
    assert "0.3019, 0.3558, 0.4782, 0.5045, 0.7751, 0.7913, 0.9299" in checked(winners.caption(diagram))
