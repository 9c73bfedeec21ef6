"""Exactly one active feature: H = 3cK of c features, and its regular polygons.

pair        the integrals of one output on one input, with two derivatives; entries: exact or enclosed numbers as balls
potential   H of any W and b: value, gradient, Hessian
chambers    the stationary threshold of a k-gon, one in all chambers, by isolation
signs       certified inertia
polygon     `polygons(k)`: norm, bias and potential of the regular k-gon, with features dropped beside it
small_density  how far K/p lies from H/3 at density p
"""

from .entries import ExactEntry, Number
from .polygon import MOST_CORNERS, KGon, Polygons, Signature, polygons
from .potential import Potential
from .small_density import Bridge, bridge

__all__ = [
    "MOST_CORNERS", "Bridge", "ExactEntry", "KGon", "Number", "Polygons", "Potential", "Signature", "bridge", "polygons",
]  # fmt: skip
