"""The regular pentagon and hexagon are the global minima for one active feature in two dimensions: proved.

certification   `certify_polygon`: the theorem, with its certificate
contact         norm, bias, potential, multiplier of the polygon, enclosed
link            what two neighbours cost, bounded over a cell; search: the tree of cells
convexity       around the contact
"""

from .certification import CertifiedPolygon, UncertifiedPolygon, certify_polygon

__all__ = ["CertifiedPolygon", "UncertifiedPolygon", "certify_polygon"]
