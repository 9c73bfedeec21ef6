"""The published fixed weights: their losses as published, equal to the exact loss, and where they meet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Rational

from analytic.fixed_weights import density as p
from analytic.fixed_weights import extra as r
from analytic.fixed_weights import fixed_weights, meeting_point
from analytic.law import Independent
from analytic.loss import expected_loss

DENSITIES = st.fractions("1/100", 1, max_denominator=100)
IMPORTANCES = st.fractions("1/10", 10, max_denominator=20)


def test_published_losses() -> None:
    """Elhage et al. 2022: p/3 − p²/4, r(p/3 − p²/4), (1 + r)p²/6; and the same kind in three features."""
    dropped = p / 3 - p**2 / 4
    published = {
        2: {"extra dropped": r * dropped, "first dropped": dropped, "antipodal pair": (1 + r) * p**2 / 6},
        3: {
            "extra dropped": r * dropped,
            "first dropped": dropped,
            "extra in an antipodal pair": (1 + r) * p**2 / 6,
            "others an antipodal pair": p**2 / 3,
        },
    }
    for n, losses in published.items():
        found = {setting.name: setting.loss for setting in fixed_weights(n)}
        assert found.keys() == losses.keys()
        assert all((found[name] - losses[name]).expand() == 0 for name in losses)


@pytest.mark.parametrize("n", [2, 3])
@given(DENSITIES, IMPORTANCES)
def test_are_the_exact_loss(n: int, density: object, importance: object) -> None:
    at = {p: Rational(str(density)), r: Rational(str(importance))}
    for setting in fixed_weights(n):
        b = [entry.subs(at) for entry in setting.b]
        assert setting.loss.subs(at) == expected_loss(setting.W, b, Independent(1 - at[p]), [1] * (n - 1) + [at[r]])


@pytest.mark.parametrize("n", [2, 3])
def test_all_meet_in_one_point(n: int) -> None:
    assert meeting_point(n) == (1, Rational(4, 7), Rational(16, 147))


@pytest.mark.parametrize("n", [2, 3])
def test_phases_are_what_the_weights_do_with_the_extra_feature(n: int) -> None:
    for setting in fixed_weights(n):
        column = setting.W[:, n - 1]
        products = [column.dot(setting.W[:, j]) for j in range(n - 1)]
        expected = "dropped" if not any(column) else "antipodal" if any(products) else "alone"
        assert setting.phase == expected
        assert min(products) == (-1 if setting.phase == "antipodal" else 0)


def test_bad_input() -> None:
    with pytest.raises(ValueError, match=r"n must be a whole number in \[2, 3\], got 4"):
        fixed_weights(4)
