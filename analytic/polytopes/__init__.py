"""Polytopes whose vertices are the columns of W.

catalogue       by name, with products and antiprisms; names: how they are called
configuration   `Polytope`: what follows from the Gram matrix
vertices        exact coordinates
symmetry        of a Gram matrix
energy          Coulomb, Riesz, logarithmic, interference
"""

from .catalogue import CATALOGUE, antiprism, polytope, product, rectified_name, tegum
from .configuration import Polytope, given_polytope
from .energy import coulomb_energy, interference_energy, log_energy, pair_distances, riesz_energy
from .names import polygon_name, simplex_name

__all__ = [
    "CATALOGUE", "Polytope", "antiprism", "coulomb_energy", "given_polytope", "interference_energy", "log_energy",
    "pair_distances", "polygon_name", "polytope", "product", "rectified_name", "riesz_energy", "simplex_name", "tegum",
]  # fmt: skip
