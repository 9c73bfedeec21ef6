"""Kernels on the disk: one that calls another module's function is compiled again when that text, or a number, changes."""

import importlib
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from numeric.running import compiled

PART = """
from numeric.running.compiled import compiled

@compiled(inline=True)
def part(x: float) -> float:
    return {factor} * x
"""
KERNEL = """
from numeric.running.compiled import compiled
from .number import NUMBER
from .part import part

@compiled()
def between(x: float) -> float:
    return part(x) + NUMBER

@compiled("float64(float64)")
def kernel(x: float) -> float:
    \"\"\"Of x.\"\"\"
    return between(x)
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An importable package of a kernel and, in another module, what it calls."""
    name = "package_of_kernels"
    folder = tmp_path / name
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "kernel.py").write_text(KERNEL)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return name


def of_three(package: str, folder: Path, factor: int, number: int = 1) -> float:
    """The kernel's value in a process that imports it afresh."""
    (folder / package / "part.py").write_text(PART.format(factor=factor))
    (folder / package / "number.py").write_text(f"NUMBER = {number}")
    for module in [module for module in sys.modules if module.startswith(package)]:
        del sys.modules[module]
    importlib.invalidate_caches()
    kernel = importlib.import_module(f"{package}.kernel").kernel
    assert kernel.__doc__ == "Of x."
    return float(kernel(3.0))


@pytest.mark.skipif(not compiled.AVAILABLE, reason="no numba")
@pytest.mark.slow
def test_a_part_that_changes_is_seen(package: str, tmp_path: Path) -> None:
    assert of_three(package, tmp_path, 2) == 7
    on_disk = sorted((tmp_path / package / "__pycache__").glob("*.nbc"))
    assert of_three(package, tmp_path, 2) == 7
    assert sorted((tmp_path / package / "__pycache__").glob("*.nbc")) == on_disk
    assert len(on_disk) == 1
    assert of_three(package, tmp_path, 5) == 16
    assert of_three(package, tmp_path, 5, number=2) == 17


def test_modules_with_kernels_load_without_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    found = spec_from_file_location("without_numba", compiled.__file__)
    assert found is not None
    assert found.loader is not None
    found.loader.exec_module(module := module_from_spec(found))
    assert module.AVAILABLE is False
    assert module.compiled("float64(float64)")(of_three) is of_three
