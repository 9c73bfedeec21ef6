"""The laws of the features at the door: one object for both routes, of which each builds its own form.

laws        which features are active together; magnitudes: how large an active one is
forms       the same law as `analytic` and as `numeric` have it, and what a call is about; numbers: what is given

Numbers are exact (int, Fraction, SymPy Rational, a string such as "9/10"), and then serve both routes, or floats, which the
exact route refuses.

>>> float_law(OneHot())
(None, OneHot())
"""

from .forms import exact_law, float_law, for_exact, for_floats, is_sparsity, the_law
from .laws import Anticorrelated, Correlated, ExactlyActive, Independent, Law, OneHot, Product, Tree
from .magnitudes import Magnitude
from .numbers import Number, exactly, floats

__all__ = [
    "Anticorrelated", "Correlated", "ExactlyActive", "Independent", "Law", "Magnitude", "Number", "OneHot", "Product",
    "Tree", "exact_law", "exactly", "float_law", "floats", "for_exact", "for_floats", "is_sparsity", "the_law",
]  # fmt: skip
