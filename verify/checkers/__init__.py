"""What each kind of certificate must hold to prove its theorem: Python integers and the standard library, nothing else.

smallest    the smallest model with bias; angle, wedges: its two bounds
polygon     the regular pentagon and hexagon; contact, link, convexity: its parts; intervals: outward rounding
density     the regular pentagon for five independent features of small density
axis        three features on one axis; axis_moments: its integrals
tree        a tree of bisections, for every kind

>>> sorted(KINDS)
['axis', 'density', 'polygon', 'smallest']
"""

from . import axis, density, polygon, smallest
from .tree import Rejected

__all__ = ["KINDS", "Rejected"]

KINDS = {
    "smallest": smallest.theorem,
    "polygon": polygon.theorem,
    "density": density.theorem,
    "axis": axis.theorem,
}
"""What a document says of its kind → the theorem that it proves, or Rejected. Without a word it is of the smallest model."""
