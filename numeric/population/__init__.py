"""The expected loss of ReLU(WᵀWx + b) without sampling, one row of WᵀW at a time."""

from .loss import ACCURACY, expected_loss

__all__ = ["ACCURACY", "expected_loss"]
