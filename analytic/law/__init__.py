"""Laws of the features, exactly: which are active together, with what probability, and how large an active one is.

law         what every law can do: its supports, their probabilities and moments
sets        independent features, one at a time, sets that are on together or one of them at a time
structures  exactly k active, parents and children, products of laws
blocks      independent blocks of features, of which every law is made
magnitudes  uniform and fixed values, and mixtures of them

>>> dict(Tree([(0, 1)], ("1/2", "1/8")).supports(2))
{(): Fraction(1, 2), (0,): Fraction(3, 8), (0, 1): Fraction(1, 8)}
"""

from .blocks import Alternatives, Block, Support
from .law import Law, Moments, variance
from .magnitudes import Magnitude
from .sets import Anticorrelated, Correlated, Independent, OneHot
from .structures import ExactlyActive, Product, Tree

__all__ = [
    "Alternatives", "Anticorrelated", "Block", "Correlated", "ExactlyActive", "Independent", "Law", "Magnitude", "Moments",
    "OneHot", "Product", "Support", "Tree", "variance",
]  # fmt: skip
