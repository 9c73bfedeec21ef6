"""Closed forms and exact values: rationals, algebraic numbers, SymPy expressions. No sampling and no training here.

The smallest model (two features, one dimension, no bias) is `SmallestModel`; `CHAMBERS` holds the derivation of its
loss.
"""

from .n2m1 import (
    CHAMBERS,
    CriticalPoint,
    PhaseTransition,
    SmallestModel,
    phase_boundary,
    phase_curve,
    phase_diagram,
    phase_transitions,
)

__all__ = [
    "CHAMBERS",
    "CriticalPoint",
    "PhaseTransition",
    "SmallestModel",
    "phase_boundary",
    "phase_curve",
    "phase_diagram",
    "phase_transitions",
]
