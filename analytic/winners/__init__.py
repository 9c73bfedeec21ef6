"""Which packing of polytopes wins at which sparsity, proved for all sparsities.

packing   the ways to share dimensions out among polytopes
reigns    who wins from which sparsity to which
bounds    losses on intervals of sparsity, and which packing beats which
"""

from .bounds import packing_loss
from .packing import Packing, atoms, packings
from .reigns import Reign, Winner, winner_at, winners

__all__ = ["Packing", "Reign", "Winner", "atoms", "packing_loss", "packings", "winner_at", "winners"]
