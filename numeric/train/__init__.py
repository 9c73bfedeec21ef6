"""Sampled training of stacks of toy models.

config, training   what is asked for, and `train`; run, block, checkpoint: how it goes on
source             samples by law; gradient, exact_gradient, sparse_gradient, step_kernels: of a step; replay: on a GPU
optimiser          SGD, Adam, AdamW; schedule: the rate by step
recording          what is recorded on the way: `numeric.train.recording` has the recorders
judgement          the losses that trained models are judged by
rows               settings in which models differ; description: settings as text
"""

from ..arguments.device import check_device
from .config import TrainConfig
from .judgement import SAMPLES, Judgement, best_of_seeds, has_population_loss, judge, population_loss, sampled_loss
from .optimiser import SGD, Adam, AdamW
from .recording import Recorder, Recording, Snapshot
from .schedule import Constant, Cosine, Geometric, Linear, Stepwise, WarmUp
from .training import Training, train

__all__ = [
    "SAMPLES", "SGD", "Adam", "AdamW", "Constant", "Cosine", "Geometric", "Judgement", "Linear", "Recorder", "Recording",
    "Snapshot", "Stepwise", "TrainConfig", "Training", "WarmUp", "best_of_seeds", "check_device", "has_population_loss",
    "judge", "population_loss", "sampled_loss", "train",
]  # fmt: skip
