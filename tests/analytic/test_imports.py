"""Two routes to one number are worth something only while they share no code, and the package stays cheap to import."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ALLOWED = {
    "analytic": {"analytic", "sympy", "flint", "numpy"},
    "numeric": {
        *("numeric", "numpy", "numba", "scipy", "torch", "rich", "cyclopts"),
        *("xarray", "h5netcdf", "h5py", "distributed", "devinterp"),
    },
}


def imported(path: Path) -> set[str]:
    """The top-level packages that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(path.relative_to(ROOT).parts[0] if node.level else str(node.module).split(".")[0])
    return found


@pytest.mark.parametrize("package", sorted(ALLOWED))
@pytest.mark.slow
def test_each_route_imports_only_its_own_libraries(package: str) -> None:
    """Above all: `analytic` and `numeric` never import each other, nor `verify` or `figures`, not even inside functions."""
    modules = sorted((ROOT / package).rglob("*.py"))
    assert len(modules) > 5
    standard = set(sys.stdlib_module_names)
    strangers = {str(path.relative_to(ROOT)): imported(path) - standard - ALLOWED[package] for path in modules}
    strangers["analytic/n2m1/basins/orbits.py"] = strangers.get("analytic/n2m1/basins/orbits.py", set()) - {
        "scipy"
    }  # orbits, in floats
    assert {path: names for path, names in strangers.items() if names} == {}


@pytest.mark.parametrize("package", sorted(ALLOWED))
def test_no_import_hides_in_a_call(package: str) -> None:
    """`__import__` and `importlib` would slip past the walk above; its `resources` and `metadata` only read files of data."""
    for path in (ROOT / package).rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "__import__" not in text
        assert "importlib" not in re.sub(r"^from importlib\.(resources|metadata) import .*$", "", text, flags=re.M)


@pytest.mark.processes
def test_analytic_loads_neither_torch_nor_matplotlib() -> None:
    """Nor do solving and compiling."""
    code = (
        "import sys, analytic\n"
        "heavy = ('torch', 'matplotlib', 'scipy', 'numeric', 'verify', 'figures')\n"
        "print([name for name in heavy if name in sys.modules], 'sympy' in sys.modules)\n"
        "analytic.SmallestModel('1/2').global_minima(); analytic.phase_diagram(0.5, 1.0)\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[] True", "[]"]
