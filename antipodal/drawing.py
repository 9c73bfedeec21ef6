"""Pictures at the door."""

from __future__ import annotations

from figures.of_results import plot as plot
