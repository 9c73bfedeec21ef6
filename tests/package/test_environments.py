"""The distribution in environments of its own, editable and as a wheel: `make package`.

Each has this project alone installed and finds the libraries of the environment that runs the tests by a path file, after its
own: torch need not be copied. Nothing is downloaded.
"""

import os
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("antipodal", "analytic", "numeric", "figures", "verify")
CODE = (".py", ".pyi", ".typed", ".csv", ".html", ".css", ".mplstyle", ".js", ".json", ".md", ".png")
pytestmark = pytest.mark.package


def run(*command: str | Path, folder: Path = ROOT, **extra: str) -> subprocess.CompletedProcess[str]:
    surroundings = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        list(map(str, command)), cwd=folder, capture_output=True, text=True, env={**surroundings, **extra}, timeout=900
    )


def said(*command: str | Path, folder: Path = ROOT, **extra: str) -> str:
    done = run(*command, folder=folder, **extra)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    said("git", "checkout-index", "--all", f"--prefix={source}/")  # without what earlier builds have left
    build = ("wheel", "-q", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, source)
    said(sys.executable, "-m", "pip", *build)
    return next(folder.glob("antipodal-*.whl"))


@pytest.fixture(scope="module", params=["editable", "wheel"])
def binaries(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the programs of an environment with the project in it."""
    folder = tmp_path_factory.mktemp(request.param) / "environment"
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    what = ("-e", ROOT) if request.param == "editable" else (request.getfixturevalue("wheel"),)
    install = ("--python", python, "install", "-q", "--no-deps", "--no-index", "--no-build-isolation")
    libraries = sysconfig.get_path("purelib")
    site = Path(said(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    (site / "zz_libraries.pth").write_text(f"{libraries}\n")
    said(sys.executable, "-m", "pip", *install, *what)
    return folder / "bin"


@pytest.fixture
def crowded(tmp_path: Path) -> Path:
    """A working directory with an empty folder of the name of one of our packages, and files of the names of others."""
    (tmp_path / "figures").mkdir()
    for name in ("verify", "analytic", "numeric"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('not ours')")
    return tmp_path


@pytest.mark.slow
def test_the_wheel_has_every_file(wheel: Path) -> None:
    files = said("git", "ls-files", *PACKAGES).split()
    with zipfile.ZipFile(wheel) as archive:
        there = set(archive.namelist())
    assert [name for name in files if name.endswith(CODE) and name not in there] == []
    assert not [name for name in there if name.split("/")[0] not in PACKAGES and ".dist-info/" not in name]


@pytest.mark.slow
def test_the_wheel_says_what_an_index_shows(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("METADATA"))
        metadata = archive.read(name).decode()
    for line in ("License-Expression: MIT", "Provides-Extra: scale", "Provides-Extra: files", "Keywords: "):
        assert line in metadata
    readme = metadata.split("\n\n", 1)[1]
    assert "░█" in readme, "the phase diagram in letters shows where no picture of the repository does"
    for words, address in re.findall(r"!\[([^\]]*)\]\(([^)]*)\)", readme):
        assert address.startswith("https://") or len(words.split()) > 5, (
            "an index shows the words of a relative picture"
        )


@pytest.mark.parametrize("command", [["antipodal"], ["python", "-m", "antipodal"]], ids=" ".join)
@pytest.mark.slow
def test_the_command_works_anywhere(command: list[str], binaries: Path, crowded: Path) -> None:
    program, *options = command
    run_here = (binaries / program, *options)
    version = said(binaries / "python", "-I", "-c", "import antipodal; print(antipodal.__version__)")
    assert said(*run_here, "--version", folder=crowded) == version
    assert "five_features" in said(*run_here, "figures", "--list", folder=crowded)
    (crowded / "W.csv").write_text("1,-1\n")
    assert "exact    1/300" in said(*run_here, "judge", "W.csv", "--sparsity", "9/10", folder=crowded)
    assert said(*run_here, "figures", "landscape", "--out", "out", folder=crowded)
    assert (crowded / "out" / "figures" / "landscape.svg").is_file()


@pytest.mark.slow
def test_the_library_is_found_beside_an_empty_folder_of_its_name(binaries: Path, tmp_path: Path) -> None:
    """As the project itself makes one, `results/figures`."""
    (tmp_path / "figures").mkdir()
    code = "import antipodal; print(antipodal.exact_loss([[1, -1]], [0, 0], '9/10'), antipodal.plot)"
    assert said(binaries / "python", "-c", code, folder=tmp_path, MPLBACKEND="Agg").startswith("1/300 <function plot")


@pytest.mark.slow
def test_a_file_that_hides_ours_is_named(binaries: Path, crowded: Path) -> None:
    """Where the user's own path puts it first, as a script's folder does."""
    done = run(binaries / "antipodal", "--version", folder=crowded, PYTHONPATH=str(crowded))
    assert (done.returncode, done.stdout) == (2, "")
    assert f"got {crowded / 'analytic.py'}: rename that" in done.stderr
