"""Laws of the features other than independent ones on [0, 1], and the forms in which the numeric routes take them.

laws        sets, trees, exactly k active, products; magnitude: how large an active feature is
groups      independent groups that are on together or one at a time: the form of most laws
generating  the generating function of the active features, by which all others go; counting: what follows from it

>>> round(float(moments(blocks(Tree([(0, 1)], (0.5, 0.125)), 2), 2).both[0, 1]), 12)
0.125
"""

from .counting import count_distribution, moments, supports
from .generating import Block, as_sparsity, blocks, magnitudes, whole_value
from .groups import Groups, Partition, grouped, partition, variance
from .laws import Anticorrelated, Correlated, ExactlyActive, Independent, Law, OneHot, Product, Tree

from .laws import given_law, is_grouped  # isort: skip
from .magnitude import UNIT, Magnitude, Part

__all__ = [
    "UNIT", "Anticorrelated", "Block", "Correlated", "ExactlyActive", "Groups", "Independent", "Law", "Magnitude", "OneHot",
    "Part", "Partition", "Product", "Tree", "as_sparsity", "blocks", "count_distribution", "given_law", "grouped", "is_grouped",
    "magnitudes", "moments", "partition", "supports", "variance", "whole_value",
]  # fmt: skip
