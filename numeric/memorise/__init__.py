"""Training on a finite sample.

config           what is asked for
training         `train_on_samples`: what is stored, data points or features
sample_loss      the loss on the sample, with its gradient
hidden_vectors   D of data points
"""

from .config import MemoriseConfig
from .hidden_vectors import example_dimensionality
from .sample_loss import SampleLoss
from .training import Memorisation, regime, train_on_samples

__all__ = ["Memorisation", "MemoriseConfig", "SampleLoss", "example_dimensionality", "regime", "train_on_samples"]
