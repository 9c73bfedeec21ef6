"""How figures are made side by side, kept and laid out on a page.

making         one figure: its numbers, its drawing, its table; table: numbers as a file
crew           worker processes that make figures; beside: while other work goes on
kept, sources  a finished figure's record, and the fingerprint of its code
layout         the page of all; inline: a drawing within any page; html: what all pages share
script         what a figure's module holds, for mypy
"""

from .beside import made_beside
from .crew import Event, Failed, Finished, Progressed, Task, compute, expected
from .kept import LIBRARIES, Record, Setting, load, open_checkpoints, store, versions
from .making import Drawn, Table, make, save

__all__ = [
    "LIBRARIES", "Drawn", "Event", "Failed", "Finished", "Progressed", "Record", "Setting", "Table", "Task", "compute",
    "expected", "load", "made_beside", "make", "open_checkpoints", "save", "store", "versions",
]  # fmt: skip
