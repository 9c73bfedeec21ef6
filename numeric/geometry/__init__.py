"""Names for the polytopes in any W.

naming              `describe`; component: what it finds, and how that prints
catalogue           the polytopes that have names; polytope_names, polytope_vertices: theirs
assignment          the best fit of columns to vertices
hull                faces and edges of a convex hull
"""

from .assignment import Fit, best_fit
from .catalogue import Reference, composites, references, vertices
from .component import Component, Geometry
from .hull import edges, faces
from .naming import NEGLIGIBLE, UNLEARNED, describe
from .polytope_vertices import antiprism, simplex

__all__ = [
    "NEGLIGIBLE", "UNLEARNED", "Component", "Fit", "Geometry", "Reference", "antiprism", "best_fit", "composites", "describe",
    "edges", "faces", "references", "simplex", "vertices",
]  # fmt: skip
