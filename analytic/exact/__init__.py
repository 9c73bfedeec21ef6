"""Exact numbers. Rooms of `analytic` also take from its modules; users need the names below.

rationals      what is given, read exactly: ints, Fractions, SymPy rationals, strings; floats are refused
weights        the same of W, and the hint that it came the wrong way round
roots          real algebraic numbers and their enclosures
balls          balls around exact real numbers
closed_forms   exact real numbers in radicals; sign and "is it zero" by proof
polynomial     polynomials with exact coefficients; bernstein: their zeros and signs on an interval
enclosures     between which rationals a number lies, and twice the bits until they are close
"""

from .balls import ball
from .closed_forms import closed_form, is_zero, sign
from .enclosures import Enclosure, enclosure
from .rationals import Exact, rational, to_flint, to_sympy
from .roots import RealAlgebraic, real_roots
from .weights import TransposedWarning, sizes_known

__all__ = [
    "Enclosure", "Exact", "RealAlgebraic", "TransposedWarning", "ball", "closed_form", "enclosure", "is_zero", "rational",
    "real_roots", "sign", "sizes_known", "to_flint", "to_sympy",
]  # fmt: skip
