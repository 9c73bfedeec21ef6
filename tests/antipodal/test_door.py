"""The door: what its names are, that they load late, and that nothing of ours or of others stands in their way."""

import ast
import doctest
import importlib
import inspect
import subprocess
import sys
import types
from pathlib import Path

import pytest

import antipodal

FOLDER = Path(antipodal.__file__).parent
NAMES = sorted(set(antipodal.__all__) - {"__version__"})
HEAVY = ("analytic", "numeric", "figures", "verify", "numpy", "scipy", "sympy", "torch", "matplotlib", "hypothesis")


def run(code: str, **options: object) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, **options).stdout


@pytest.mark.processes
def test_the_import_is_cheap() -> None:
    """Under 0.1 s of processor time and nothing heavy, as for `dir`, which is complete at once."""
    code = (
        "import sys, time; start = time.process_time(); import antipodal; spent = time.process_time() - start\n"
        f"print(spent < 0.1, sorted(dir(antipodal)) == {sorted(antipodal.__all__)}, {HEAVY} & sys.modules.keys())"
    ).replace(f"{HEAVY} &", f"set({HEAVY}) &")
    assert run(code).split() == ["True", "True", "set()"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.slow
def test_each_name_is_there_and_its_example_holds(name: str) -> None:
    assert 25 <= len(NAMES) <= 40
    value = getattr(antipodal, name)
    assert name in (antipodal.__doc__ or "")
    tests = doctest.DocTestFinder(recurse=False).find(value, name, globs=vars(inspect.getmodule(value)).copy())
    results = [doctest.DocTestRunner().run(test) for test in tests]
    assert sum(result.attempted for result in results) > 0
    assert sum(result.failed for result in results) == 0


def test_no_name_is_shadowed_by_a_submodule() -> None:
    """A submodule that is imported becomes an attribute of the package: none has the name of anything else."""
    modules = {path.stem for path in FOLDER.glob("*.py")} - {"__init__", "__main__"}
    assert not modules & set(NAMES)
    for name in sorted(modules):
        importlib.import_module(f"antipodal.{name}")
    assert not [name for name in NAMES if isinstance(getattr(antipodal, name), types.ModuleType)]


def test_the_door_computes_nothing_itself() -> None:
    """Nothing behind the door imports it."""
    for folder in ("analytic", "numeric", "figures", "verify"):
        for path in (FOLDER.parent / folder).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            for node in ast.walk(ast.parse(text if "antipodal" in text else "")):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += [str(node.module)] if isinstance(node, ast.ImportFrom) and not node.level else []
                assert not [name for name in names if name.split(".")[0] == "antipodal"], path


def test_the_version_is_that_of_the_project() -> None:
    """Said in one place."""
    assert f'version = "{antipodal.__version__}"' in (FOLDER.parent / "pyproject.toml").read_text()


@pytest.mark.parametrize("package", ["analytic", "numeric", "figures"])
@pytest.mark.processes
def test_a_module_of_another_in_the_place_of_ours_is_named(package: str, tmp_path: Path) -> None:
    """A script beside a file `analytic.py` of its author's."""
    (tmp_path / f"{package}.py").write_text("")
    name = {"analytic": "exact_loss", "numeric": "describe", "figures": "plot"}[package]
    code = f"import antipodal\ntry: antipodal.{name}\nexcept ImportError as error: print(error)"
    said = run(code, cwd=tmp_path)
    assert said.startswith(
        f"{package} must be the package that came with antipodal, in {FOLDER.parent}, got {tmp_path}"
    )


@pytest.mark.processes
def test_an_import_that_fails_for_another_reason_says_its_own() -> None:
    code = (
        "import sys, antipodal\nsys.modules['analytic.loss.network'] = None\n"
        "try: antipodal.exact_loss\nexcept ImportError as error: print(error)"
    )
    assert "analytic.loss.network" in run(code)
