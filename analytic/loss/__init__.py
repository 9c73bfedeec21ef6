"""The exact expected loss of any network.

network    K of any W and b under any law, its expansion and its sparse limit, as a rational or a ball; model: what is given
linear     networks with a linear output, and their least loss
floats     K of weights that are floats, as a minimiser leaves them: exact all the same
cube       the expectations over a box, as sums over vertices; corners: what these are
chambers   K as an expression, one for each chamber of W; feature: of one feature of two, without cancellation
"""

from ..exact import Enclosure
from ..exact.weights import Weights
from .floats import loss_of_floats
from .linear import least_linear_loss
from .model import MOST_VERTICES, vertex_count
from .network import enclose_loss, expected_loss, loss_by_active, sparse_limit

__all__ = [
    "MOST_VERTICES", "Enclosure", "Weights", "enclose_loss", "expected_loss", "least_linear_loss", "loss_by_active",
    "loss_of_floats", "sparse_limit", "vertex_count",
]  # fmt: skip
