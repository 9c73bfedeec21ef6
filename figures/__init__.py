"""Derive-and-plot scripts: each figure's module computes its numbers in one function and draws them in another.

It has `TITLE`, `SEED` (None where nothing is random), `SECONDS` (CPU seconds, quick and full, where they were measured),
`numbers(full, device, progress)`, `caption(numbers)` (three sentences, `motifs.caption`) and `draw(numbers)`; with
`RESUMES = True`, `numbers` also takes a `folder`, in which it keeps its own checkpoints.

catalogue   which figures there are; gallery: how they are made, kept and laid out; motifs: what several of them draw
the others  the topics of the gallery, a folder each
"""

from numeric.running.processes import one_thread

from .catalogue import NAMES, REPORT, TOPICS, check_names, resumes, seconds, title
from .gallery import Drawn, Task, made_beside, make, save

one_thread()

__all__ = [
    "NAMES", "REPORT", "TOPICS", "Drawn", "Task", "check_names", "made_beside", "make", "resumes", "save", "seconds", "title",
]  # fmt: skip
