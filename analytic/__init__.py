"""The exact route: closed forms, exact values, rigorous enclosures. No sampling and no training; it never imports `numeric`.

exact             exact numbers: rationals, real algebraic numbers, balls, "is it zero" by proof
law               which features are active together, and how large they are: Independent, Correlated, Tree, Magnitude, …
loss              K of any W and b, a rational or a ball
n2m1              the smallest model: derived loss, critical points, phases; with bias, certified
one_axis          features on one axis
polygon_proof     the pentagon and the hexagon are optimal for one active feature: certified
polytopes         the catalogue: vertices, dimensionality, energies; metrics: the same of any exact W
polytope_loss     what a polytope costs at a sparsity, and as s → 1
winners           which packing of polytopes wins from which sparsity on; thomson: charges on a sphere
one_sparse        exactly one active feature: H, regular polygons; learning_coefficient: λ of minima, proved
capacity          the quadratic task, curves of benefit, a feature held at a capacity
fixed_weights     the published phase diagram's losses; memorised, infinite_data: few data and many
emit              expressions compiled to arithmetic
"""

from .n2m1 import CHAMBERS, CriticalPoint, PhaseTransition, SmallestModel

from .n2m1 import phase_boundary, phase_curve, phase_diagram, phase_transitions  # isort: skip

__all__ = [
    "CHAMBERS", "CriticalPoint", "PhaseTransition", "SmallestModel",
    "phase_boundary", "phase_curve", "phase_diagram", "phase_transitions",
]  # fmt: skip
