"""The figures of the pentagon's proof: what is drawn touches at the contact, lies above it elsewhere, and draws."""

import numpy as np
import pytest
from captions import checked
from matplotlib import pyplot

from figures.shapes import polygon_link, polygon_rivals


def silent(share: float) -> None:
    assert 0 <= share <= 1


@pytest.mark.slow
def test_a_link_touches_its_line_at_the_polygon_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polygon_link, "_GAPS", (16, 16))  # 0, 6, … 90 degrees: both contacts are among them
    monkeypatch.setattr(polygon_link, "_STARTS", polygon_link._STARTS[:2])
    shown = polygon_link.numbers(progress=silent)
    for proof in shown:
        above = proof.kept - np.minimum(proof.line, proof.level)
        touched = proof.gap == proof.contact[0]
        assert touched.sum() == 1
        assert abs(above[touched]) < 1e-6  # where the search stops
        assert (above[~touched] > 1e-3).all()
        widths = proof.cells[:, 1::2] - proof.cells[:, ::2]
        whole = np.ptp(proof.cells[:, :2]) * np.ptp(proof.cells[:, 2:])
        assert widths.prod(axis=1).sum() == pytest.approx(whole)
        assert set(proof.ways) == {0, 1, 2, 3}
    assert "0.237384" in checked(polygon_link.caption(shown))
    pyplot.close(polygon_link.draw(shown))


@pytest.mark.slow
def test_rivals_cost_more_and_end_at_four_features(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polygon_rivals, "_POINTS", (5, 5))
    shown = polygon_rivals.numbers(progress=silent)
    for path in (shown.uneven, shown.given_up):
        assert path.cost[0] == pytest.approx(shown.pentagon, abs=1e-12)
        assert (path.cost[1:] > shown.pentagon + 0.01).all()
    # Four features without error; the fifth costs 1 − 3b + 3b² + 12b² at the best b = 1/10.
    assert shown.given_up.cost[-1] == pytest.approx(0.85, abs=1e-9)
    assert "0.8500" in checked(polygon_rivals.caption(shown))
    pyplot.close(polygon_rivals.draw(shown))
