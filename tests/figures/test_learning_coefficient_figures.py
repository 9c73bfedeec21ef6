"""Figures of learning coefficients: their numbers against exact values."""

import numpy as np
from captions import checked
from matplotlib import pyplot

from figures.learning_coefficients import coefficients_at_n, estimator_board, polygon_plate
from numeric.learning_coefficient import ESTIMATORS, STANDARD, benchmark


def silent(share: float) -> None:
    assert 0 <= share <= 1


def test_the_plate_shows_minima_to_nine_corners() -> None:
    corners = polygon_plate.numbers(progress=silent)
    assert [corner.k for corner in corners if corner.negative] == list(range(10, 17))
    assert [corner.coefficient for corner in corners[:7]] == [3, 5.5, 7, 8.5, 10, 11.5, 13]
    assert corners[7].potential == 5
    assert "To 9 corners" in checked(polygon_plate.caption(corners))
    pyplot.close(polygon_plate.draw(corners))


def test_curves_end_near_their_coefficients() -> None:
    """At n = 500,000 regular minima and kinks are within 2 % of λ, and what is computed again agrees within five errors."""
    curves = coefficients_at_n.numbers(progress=silent)
    for curve in curves:
        n, value, error = curve.rows[-1]
        assert n == curve.again[0]
        assert abs(value - curve.again[1]) <= 5 * np.hypot(error, curve.again[2])
        if curve.name != "x²y²":
            assert abs(value / curve.coefficient - 1) < 0.02
    assert "9.68 where λ = 8.5" in checked(coefficients_at_n.caption(curves))
    pyplot.close(coefficients_at_n.draw(curves))


def test_the_board_is_drawn_with_its_refusals() -> None:
    rows = {name: tuple(benchmark(ESTIMATORS[name], STANDARD)) for name in ("Laplace", "Hessian rank")}
    board = estimator_board.Board(rows)
    errors = estimator_board.errors(board)
    assert errors.shape == (len(STANDARD), 2)
    names = [one.name for one in STANDARD]
    assert errors[names.index("6-gon"), 0] < 1e-3
    assert np.isnan(errors[names.index("4-gon"), 0])
    assert not np.isnan(errors[:, 1]).any()
    assert f"refused, {int(np.isnan(errors).sum())} times" in checked(estimator_board.caption(board))
    pyplot.close(estimator_board.draw(board))
