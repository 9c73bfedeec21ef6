"""The atlas: best known minima of K for up to ten features in up to four dimensions, and how they were searched.

lookup      `atlas`: an entry by its setting; entry: what it holds; table: the files
setting     n, m, law, sparsity and importances; form: the one form of a model; merging: which are one
search      descents of one shape at several settings; candidates: where they begin beside random models
building    column by column, each setting kept as it ends; check: what an entry says, computed anew
"""

from .building import STARTS, build, known
from .check import Fault, check_entry
from .entry import SAME, AtlasEntry, AtlasMinimum, Inertia, Interval
from .lookup import atlas
from .setting import FALLOFFS, SPARSITIES, Setting, settings
from .table import every_shipped, read_entries, shipped, write_table

__all__ = [
    "FALLOFFS", "SAME", "SPARSITIES", "STARTS", "AtlasEntry", "AtlasMinimum", "Fault", "Inertia", "Interval", "Setting",
    "atlas", "build", "check_entry", "every_shipped", "known", "read_entries", "settings", "shipped", "write_table",
]  # fmt: skip
