"""Branches of the certified minimum: phases change where the boundaries are, and it draws."""

from fractions import Fraction

import numpy as np
import pytest
from captions import checked
from matplotlib import pyplot

from analytic.n2m1.bias.forms import unstable_importance
from figures.smallest_model import certified_branches
from figures.smallest_model.certified_branches import Branches, _branch, _changes_in_sparsity


def silent(share: float) -> None:
    assert 0 <= share <= 1


@pytest.mark.slow
def test_weights_jump_where_the_boundaries_say() -> None:
    changes = _changes_in_sparsity()
    assert abs(float(unstable_importance(Fraction(changes[0]).limit_denominator(10**9))[0]) - 0.9) < 1e-6
    settings = [(s, Fraction(9, 10)) for s in (Fraction(1, 10), Fraction(7, 20), Fraction(19, 50))]
    branch = _branch(settings, 0, changes, silent)
    assert branch.axis[0] < changes[0] < branch.axis[1] < changes[1] < branch.axis[2]
    assert branch.values[1, 0] == 0
    assert -0.5 < branch.values[1, 1] < 0
    assert branch.values[1, 2] < -0.7
    shown = Branches(np.array([0.5]), np.array([0.5]), np.array([[0.125]]), branch, branch)
    assert "greatest excess: 12%, at s = 0.50, r = 0.50" in checked(certified_branches.caption(shown))
    pyplot.close(certified_branches.draw(shown))
