"""Which code a figure's numbers come from, as one fingerprint: when it changes, the figure is computed again."""

from __future__ import annotations

import ast
import hashlib
from functools import cache
from pathlib import Path

from ..catalogue import module_of

ROOT = Path(__file__).parents[2]
PACKAGES = ("analytic", "numeric", "verify", "figures")
# These name the figures and compute nothing: a new name must not make all others out of date.
_NAMES_ONLY = frozenset({"figures", "figures.catalogue"})
_MAKING = "figures.gallery.making"
_DATA = ("*.csv", "*.mplstyle")


def fingerprint(name: str) -> str:
    """SHA-256 of all code that makes the figure or that it imports, directly or not, without comments, and of the data files
    beside it."""
    digest = hashlib.sha256()
    folders = set()
    for module in sorted(modules_behind(name)):
        digest.update(f"{module} {_code(_path(module))}\n".encode())
        folders.add(_path(module).parent)
    for path in sorted(path for folder in folders for kind in _DATA for path in folder.glob(kind)):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def modules_behind(name: str) -> frozenset[str]:
    """The project's modules that compute the figure and those that draw it."""
    return closure(module_of(name)) | closure(_MAKING)


def closure(module: str) -> frozenset[str]:
    """The project's modules that importing `module` brings in, itself included."""
    found: set[str] = set()
    waiting = {module}
    while waiting:
        found.add(current := waiting.pop())
        waiting |= _imported(current) - found
    return frozenset(found - _NAMES_ONLY)


@cache
def _imported(module: str) -> frozenset[str]:
    path = _path(module)
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    names: set[str] = set()
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1]) if node.level else ""
            base = ".".join(filter(None, (above, node.module)))
            names |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    ours = {name for name in names if name.split(".")[0] in PACKAGES and _path(name).exists()}
    # Importing a module runs the packages that it lies in.
    return frozenset(
        ".".join(parts[:k]) for parts in (name.split(".") for name in ours) for k in range(1, len(parts) + 1)
    )


@cache
def _code(path: Path) -> str:
    return hashlib.sha256(ast.dump(_tree(path)).encode()).hexdigest()


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _path(module: str) -> Path:
    place = ROOT.joinpath(*module.split("."))
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
