"""The loss at a held capacity: the weights have it, nothing near has less, and its ends are one feature alone."""

import math

import pytest

from numeric.capacity import held_loss
from numeric.metrics import capacity
from numeric.quadrature import expected_loss_quadrature


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
def test_weights_have_the_capacity_and_the_least_loss(share: float, sign: int) -> None:
    found = held_loss(share, sign, 0.4, (1.0, 0.5))
    first, second = found.weights
    assert math.copysign(1, first * second) == sign
    assert capacity([[first, second]])[1] == pytest.approx(share, abs=1e-14)  # type: ignore[type-var]
    for factor in (1.0, 0.98, 1.02, 0.5, 1.5):
        value = expected_loss_quadrature([[factor * first, factor * second]], None, 0.4, (1.0, 0.5)).value
        assert value >= found.value
        assert value == found.value or factor != 1.0


def test_one_feature_alone() -> None:
    """W = (1, 0) represents the first exactly: left is I₂ E x₂² = I₂ p/3."""
    for sign in (1, -1):
        assert held_loss(0.0, sign, 0.4, (1.0, 0.5)).value == pytest.approx(0.5 * 0.6 / 3, rel=1e-14)
        assert held_loss(1.0, sign, 0.4, (1.0, 0.5)).value == pytest.approx(0.6 / 3, rel=1e-14)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1.5, 1, 0.5), r"capacity must lie in \[0, 1\], got 1.5"),
        ((0.5, 0, 0.5), "sign must be 1 or -1, got 0"),
        ((0.5, 1, 1.5), r"sparsity must lie in \[0, 1\], got 1.5"),
    ],
)
def test_bad_input(arguments: tuple[float, int, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        held_loss(*arguments)
