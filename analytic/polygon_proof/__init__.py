"""The regular pentagon and hexagon are the global minima for one active feature in two dimensions: proved.

certification   `certify_polygon`: the theorem, with its certificate
contact         norm, bias, potential, multiplier of the polygon, enclosed
link            what two neighbours cost, bounded over a cell; search: the tree of cells
convexity       around the contact
density         `pentagon_density`: up to which density of independent features pentagons are optimal
"""

from .certification import CertifiedPolygon, UncertifiedPolygon, certify_polygon
from .density import SmallDensity, pentagon_density

__all__ = ["CertifiedPolygon", "SmallDensity", "UncertifiedPolygon", "certify_polygon", "pentagon_density"]
