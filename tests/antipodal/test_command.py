"""`antipodal` and `python -m antipodal`: what they say, how they end, and what they load to begin."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import antipodal
from antipodal.command import app
from numeric.running.command_line import run_command

HEAVY = "('torch', 'numba', 'numpy', 'scipy', 'sympy', 'flint', 'matplotlib', 'hypothesis')"


@pytest.fixture
def model(tmp_path: Path) -> str:
    np.savez(tmp_path / "model.npz", W=[[1.0, -1.0]], b=[0.0, 0.0])
    np.savez(tmp_path / "stack.npz", W=[[[1.0, -1.0]], [[1.0, 0.0]]], b=np.zeros((2, 2)))
    return str(tmp_path / "model.npz")


@pytest.mark.slow
def test_a_model_in_a_file_is_judged(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(app, ["judge", model, "--sparsity", "9/10"]) == 0
    said = capsys.readouterr().out
    assert said == f"{antipodal.judge([[1, -1]], [0, 0], '9/10')}\n"
    assert "exact    1/300 = 0.00333333333333…" in said
    assert run_command(app, ["judge", model, "--sparsity", "0.9", "--importance", "1", "1/2"]) == 0
    assert "exact    1/400 = 0.0025" in capsys.readouterr().out


def test_one_of_a_stack_is_judged(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    stack = model.replace("model", "stack")
    assert run_command(app, ["judge", stack, "--sparsity", "9/10", "--model", "0"]) == 0
    capsys.readouterr()
    assert run_command(app, ["judge", stack, "--sparsity", "9/10"]) == 2
    assert "model must be one of 0 to 1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["judge", "nowhere.npz", "--sparsity", "0.9"], "source must be a file that is there, got 'nowhere.npz'"),
        (["judge", "MODEL", "--sparsity", "2"], "sparsity must lie in [0, 1], got 2"),
        (["judge", "MODEL", "--sparsity", "__import__('os')"], "sparsity must be a rational number"),
        (["judge", "MODEL"], "--sparsity"),
        (["judge", "MODEL", "--sparsity", "0.9", "--seconds", "-1"], "seconds must be"),
        (["figures", "nothing"], "figure must be one of"),
        (["nothing"], "nothing"),
    ],
)
def test_bad_input_ends_with_one_sentence(
    arguments: list[str], said: str, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(app, [model if word == "MODEL" else word for word in arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert said in error
    assert error.count("\n") == 1


def test_the_commands_of_the_packages_are_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(app, ["figures", "--list"]) == 0
    assert "five_features" in capsys.readouterr().out
    for name in ("verify", "figures", "sweep", "judge", "atlas"):
        assert run_command(app, [name, "--help"]) == 0
        assert f"antipodal {name}" in capsys.readouterr().out


@pytest.mark.parametrize("option", ["--version", "--help", "figures --list"])
@pytest.mark.processes
def test_it_begins_without_any_large_library(option: str) -> None:
    """The time that it takes is measured in `bench_commands.py`."""
    code = (
        f"import sys; sys.argv = ['antipodal', *{option.split()}]\n"
        "from antipodal.__main__ import command\n"
        f"end = command(); print(end, [name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 []"
    if option == "--version":
        assert done.stdout.splitlines()[0] == antipodal.__version__


def test_the_explorer_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("figures.explorer.page", lambda: b"<!doctype html>")
    place = tmp_path / "there" / "page.html"
    assert run_command(app, ["explore", "--output", str(place)]) == 0
    assert place.read_bytes() == b"<!doctype html>"
    assert capsys.readouterr().out == f"see {place}\n"


def test_the_explorer_needs_a_file_to_write(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(app, ["explore", "--output", str(tmp_path)]) == 2
    assert "output must be a file to write, got the folder" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert run_command(app, ["explore", "--output", str(tmp_path / "file" / "page.html")]) == 2
    assert "must be a folder to write in" in capsys.readouterr().err
