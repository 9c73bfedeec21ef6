"""Features that share one axis: what they cost at least, and how many of them are used.

costs           a conjecture refuted by exact witnesses, and bounds for n features on m axes
certification   `certify_axis`: the least loss of three features on one axis, proved
cells           bounds over a cell of directions, in integers; search: the tree of cells, in floats
dropping        where a third feature is dropped exactly
minimum         where the loss is least, in floats
table           the points that are shipped
moments         E x z⁺, E z⁺ and what is seen of x, in floats for arrays
"""

from .certification import AxisCertified, AxisNotCertified, certify_axis
from .costs import MORE, CostBounds, Witness, conjectured_cost, cost_bounds, counterexample, gaps, three_on_an_axis

__all__ = [
    "MORE", "AxisCertified", "AxisNotCertified", "CostBounds", "Witness", "certify_axis", "conjectured_cost", "cost_bounds",
    "counterexample", "gaps", "three_on_an_axis",
]  # fmt: skip
