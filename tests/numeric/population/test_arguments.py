"""What the loss without sampling is given and refuses, in one sentence that names the argument."""

import math

import pytest
import torch

from numeric.law import Anticorrelated, Correlated, OneHot
from numeric.population import expected_loss, feature_losses, hessian, hessian_vector_product, value_and_gradient

W2 = torch.ones(1, 2, dtype=torch.float64)
BAD = [
    ((W2[0], None, 0.5), {}, r"W must have shape \(\.\.\., m, n\) with m, n ≥ 1, got \(2,\)"),
    ((W2, W2, 0.5), {}, r"b must have shape \(2,\) to match W, got \(1, 2\)"),
    ((W2 * math.nan, None, 0.5), {}, r"W.* must be finite.*got nan"),
    ((W2, W2[0] * math.inf, 0.5), {}, r"b must be finite.*got inf"),
    ((W2 * 1j, None, 0.5), {}, "W must hold real numbers"),
    ((W2 > 0, None, 0.5), {}, "W must hold real numbers"),
    ((W2, None, 1.5), {}, r"sparsity must lie in \[0, 1\], got 1.5"),
    ((W2, None, [0.1, 0.2, 0.3]), {}, "sparsity must be one number or 2 numbers"),
    ((W2, None, None), {}, "sparsity must be given where law is None"),
    ((W2, None, 0.5, [1, -1]), {}, "importance must be finite and at least 0, got -1.0"),
    ((W2, None, 0.5, [1, 1, 1]), {}, "importance must be one number or 2 numbers"),
    ((W2, None, 0.5), {"law": OneHot()}, "sparsity must be None beside OneHot, got 0.5"),
    ((W2, None, None), {"law": Correlated([[0], [0, 1]], 0.5)}, r"groups must not overlap, got \[0\] more than once"),
    ((W2, None, None), {"law": Anticorrelated([[0]], 0.5)}, r"groups must cover every feature, \[1\] missing"),
    ((W2, None, None), {"law": Correlated([[0], [1, 2]], 0.5)}, r"groups must name features in 0\.\.1, got \[2\]"),
    ((W2, None, None), {"law": Correlated([[0, 1], []], 0.5)}, "groups must not be empty"),
]


@pytest.mark.parametrize(("arguments", "options", "message"), BAD)
@pytest.mark.parametrize("call", [expected_loss, value_and_gradient, hessian, feature_losses])
def test_bad_input(call: object, arguments: tuple[object, ...], options: dict[str, object], message: str) -> None:
    if call is feature_losses and len(arguments) == 4:
        return  # it takes no importance
    with pytest.raises(ValueError, match=message):
        call(*arguments, **options)  # type: ignore[operator]


def test_what_to_do_on_an_error() -> None:
    with pytest.raises(ValueError, match=r"on_error must be .*raise.*nan.*, got 'ignore'"):
        expected_loss(W2, None, 0.5, on_error="ignore")


@pytest.mark.parametrize(
    ("tW", "tb", "message"),
    [(W2[0], W2[0], r"along_W must have the shape \(1, 2\)"), (W2, W2, r"along_b must have the shape \(2,\)")],
)
def test_directions_that_do_not_fit(tW: torch.Tensor, tb: torch.Tensor, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        hessian_vector_product(W2, W2[0], tW, tb, 0.5)
