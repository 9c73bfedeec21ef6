"""What the pictures of training show, held to what must be true of it."""

import numpy as np
import pytest
from captions import checked
from matplotlib import pyplot

from figures.dynamics import dimensionality_jumps, loss_transitions, octahedron
from numeric.dynamics import BAND, LOSS_SPARSITY


def silent(share: float) -> None:
    assert 0 <= share <= 1


@pytest.mark.slow
def test_all_features_end_as_digons_after_jumps() -> None:
    shown = dimensionality_jumps.numbers(progress=silent)
    assert str(shown.end) == "5 digons"
    assert len(shown.jumps) >= 2
    for jump in shown.jumps:
        before, after = (shown.run.D[shown.run.steps.index(step)] for step in (jump.left, jump.reached))
        assert (np.abs(after - before)[list(jump.features)] > BAND / 2).any()
    # Trained below the least loss of five pairs it cannot be if it is near five pairs; noise leaves it within a per cent.
    assert 0 < shown.final / shown.least - 1 < 0.01
    np.testing.assert_allclose(shown.run.D[-1], 0.5, atol=BAND)
    pyplot.close(dimensionality_jumps.draw(shown))
    assert "5 digons" in checked(dimensionality_jumps.caption(shown))


@pytest.mark.slow
def test_the_loss_falls_from_plateau_to_plateau() -> None:
    shown = loss_transitions.numbers(progress=silent)
    assert len(shown.plateaus[0]) >= 3
    for run, found, rest in zip(shown.runs, shown.plateaus, shown.resting, strict=True):
        levels = [plateau.level for plateau in found]
        assert levels == sorted(levels, reverse=True)
        # Descent stops at gradients of 1e-9: some 1e-16 above its minimum. Training ends above.
        assert shown.least - 1e-14 < rest < run.loss[-1]
    assert str(LOSS_SPARSITY) in checked(loss_transitions.caption(shown))
    pyplot.close(loss_transitions.draw(shown))


@pytest.mark.slow
def test_two_sets_of_three_end_as_an_octahedron_across_sets() -> None:
    shown = octahedron.numbers(progress=silent)
    assert shown.end == "octahedron"
    assert sorted(shown.partner) == [0, 1, 2, 3, 4, 5]
    assert [shown.partner[k] for k in shown.partner] == [0, 1, 2, 3, 4, 5]
    assert {k // 3 for k in shown.partner[:3]} == {1}
    assert shown.resting < shown.run.loss[-1] < 1.01 * shown.resting
    # The axes are turned, not stretched; the face of the first set is level at the end: three equal heights.
    np.testing.assert_allclose(np.linalg.norm(shown.view, axis=0), np.linalg.norm(shown.run.W, axis=1), rtol=1e-12)
    np.testing.assert_allclose(shown.view[2, -1, :3], 3**-0.5, atol=0.05)
    assert shown.view[1, -1, 0] == pytest.approx(0, abs=1e-12)
    assert "octahedron" in checked(octahedron.caption(shown))
    pyplot.close(octahedron.draw(shown))
