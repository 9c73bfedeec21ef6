"""Training as motion.

trajectory   W, D_i and the loss by step, and where they jump; the published settings
ends         where noise-free descent of the smallest model ends
plateau      levels that a curve stays on, and its crossings from one to the next
"""

from .ends import FlowEnds, flow_ends
from .plateau import BAND, FACTOR, Crossing, Plateau
from .trajectory import DIGON_SPARSITY, LOSS_SPARSITY, PUBLISHED_FINAL_LOSS, SKETCH, TRIPLES, Jump, Trajectory

from .trajectory import correlated_triples, digons, follow, loss_transitions, noise_free, sketched_loss  # isort: skip

__all__ = [
    "BAND", "DIGON_SPARSITY", "FACTOR", "LOSS_SPARSITY", "PUBLISHED_FINAL_LOSS", "SKETCH", "TRIPLES", "Crossing",
    "FlowEnds", "Jump", "Plateau", "Trajectory", "correlated_triples", "digons", "flow_ends", "follow", "loss_transitions",
    "noise_free", "sketched_loss",
]  # fmt: skip
