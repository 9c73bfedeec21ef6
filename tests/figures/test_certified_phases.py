"""The certified phase diagram: what is drawn lies where the closed forms say, and it draws."""

import numpy as np
import sympy
from captions import checked
from matplotlib import pyplot

from analytic.n2m1.bias.forms import ratio, stability, tricritical_points, unstable_importance
from analytic.n2m1.bias.linear import density
from figures.smallest_model import certified_phases


def silent(share: float) -> None:
    assert 0 <= share <= 1


def test_points_of_second_order_lie_on_the_exact_line_between_the_tricritical_points() -> None:
    shown = certified_phases.numbers(progress=silent)
    line = shown.drop[0]
    (low, _), (_, high) = tricritical_points()
    inside = (line.sparsity > float(low)) & (line.sparsity < float(high))
    assert (line.second == inside).all()
    assert (shown.exact[0] > float(low)).all()
    assert (shown.exact[0] < float(high)).all()
    for s, r in zip(line.sparsity[inside], line.importance[inside], strict=True):
        assert 0 <= float(unstable_importance(f"{round(100 * s)}/100")[0]) - r < 1e-8


def test_critical_penalties_of_second_order_are_the_closed_form() -> None:
    shown = certified_phases.numbers(progress=silent)
    assert (shown.critical > 0).sum() == 54
    form = stability().penalty
    for row, column in np.argwhere(shown.second):
        s = sympy.Rational(2 * int(column) + 1, 20)
        exact = form.subs({density: 1 - s, ratio: sympy.Rational(int(row) + 1, 10)})
        assert 0 <= float(exact.evalf(30)) - shown.critical[row, column] < 1e-8


def test_it_draws() -> None:
    shown = certified_phases.numbers(progress=silent)
    assert "50 points are certified" in checked(certified_phases.caption(shown))
    pyplot.close(certified_phases.draw(shown))
