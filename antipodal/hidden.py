"""Modules of others that hide a package of this installation: a folder `figures` or a file `verify.py` that comes first on
the path."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("analytic", "numeric", "figures", "verify")
ROOT = Path(__file__).resolve().parents[1]


def hidden_by() -> ImportError | None:
    """An error that names the file which stands in the place of one of the packages; None where all are this installation's."""
    for name in PACKAGES:
        places = _places(name)
        if places and ROOT / name not in places:
            return ImportError(
                f"{name} must be the package that came with antipodal, in {ROOT}, got {places[0]}: rename that, or start "
                "elsewhere, or put its folder later on the path"
            )
    return None


def without_working_directory() -> None:
    """`python -m antipodal` finds no modules in the working directory, unless the package lies there."""
    if sys.path and Path(sys.path[0] or ".").resolve() == Path.cwd() != ROOT:
        del sys.path[0]


def _places(name: str) -> list[Path]:
    """The folder or the file that the package is, or would be, loaded from; several folders of a namespace."""
    found = find_spec(name)
    if found is None:
        return []
    if found.submodule_search_locations is not None:
        return [Path(place).resolve() for place in found.submodule_search_locations]
    return [Path(found.origin or name).resolve()]
