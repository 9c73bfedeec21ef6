"""What a polytope costs as features, all of one norm and bias.

at_sparsity    the best norm and bias at a sparsity, enclosed
sparse_limit   the same as s → 1, in closed form
sums           L and Q, on which both rest, as sums over vertices
"""

from .at_sparsity import BestAtom, best_gain, best_loss, independent
from .sparse_limit import SparseEnclosure, SparseOptimum, sparse_loss, sparse_optimum
from .sums import vertex_sums

__all__ = [
    "BestAtom", "SparseEnclosure", "SparseOptimum", "best_gain", "best_loss", "independent", "sparse_loss",
    "sparse_optimum", "vertex_sums",
]  # fmt: skip
