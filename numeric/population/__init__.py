"""The expected loss of ReLU(WᵀWx + b) without sampling, one row of WᵀW at a time."""

from .loss import expected_loss, feature_losses, hessian, hessian_vector_product, value_and_gradient
from .models import ACCURACY

__all__ = [
    "ACCURACY",
    "expected_loss",
    "feature_losses",
    "hessian",
    "hessian_vector_product",
    "value_and_gradient",
]
