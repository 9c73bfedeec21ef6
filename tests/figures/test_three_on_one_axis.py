"""What three features on one axis cost: marks are what is certified, lines meet them, and it draws."""

import numpy as np
import pytest
from captions import checked
from matplotlib import pyplot

from figures.smallest_model import three_on_one_axis
from figures.smallest_model.three_on_one_axis import Costs, _searched


def costs(searched: list[tuple[float, ...]]) -> Costs:
    return Costs(
        sparsity=np.array([0.5, 0.9]),
        least=np.array([0.18, 0.03]),
        dropped=np.array([0.18, 0.04]),
        ratios=np.array([[-1.0, -0.97], [0.0, 0.34]]),
        within=0.0041,
        used=np.array([2, 3]),
        conjectured=np.array([0.19, 0.05]),
        searched=np.array(searched).T,
        changes=((0.5, 0.9),),
    )


def test_what_is_saved_is_a_share() -> None:
    shown = costs([(0.5, 0.0, -1.0, 0.0), (0.9, 0.25, -0.97, 0.34)])
    assert shown.saved == pytest.approx([0, 0.25], abs=1e-15)
    words = checked(three_on_one_axis.caption(shown))
    assert (
        "Each of the 2 marks is certified, loss and number of features used, the ratios of weights within 0.005;"
        in words
    )
    assert "most saved at a mark: 25.00%, at s = 0.9" in words
    assert "the number used changes: between s = 0.5 and 0.9; certified at both" in words
    pyplot.close(three_on_one_axis.draw(shown))


@pytest.mark.slow
def test_lines_meet_the_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = [point for point in three_on_one_axis.known_axis() if str(point.sparsity) in ("1/2", "9/10")]
    monkeypatch.setattr(three_on_one_axis, "known_axis", lambda: chosen)
    monkeypatch.setattr(three_on_one_axis, "_GRID", (2, 2))
    shown = three_on_one_axis.numbers(progress=lambda share: None)
    assert shown.used.tolist() == [2, 3]
    assert np.all(shown.least <= shown.dropped)
    assert np.all(shown.dropped < shown.conjectured)
    found = shown.searched[:, np.isin(shown.searched[0], shown.sparsity)]
    assert found[1] == pytest.approx(shown.saved, abs=1e-8)
    assert found[2:] == pytest.approx(shown.ratios, abs=0.01)


@pytest.mark.slow
def test_ratios_are_to_the_largest_weight_in_order() -> None:
    share, low, high = _searched(0.9)
    assert -1 < low < 0 < high < 1
    assert share > 0
