"""The commands as a user types them: exit codes, what they write, and that a broken derivation turns the main job red."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from figures import NAMES
from figures.command import app as figures_app
from numeric.running.command_line import run_command
from verify.command import app as verify_app

ROOT = Path(__file__).parents[2]
SMALL = "QUICK = Size(12, 2, 100_000, 2, 10, 16, 800, 256)"


def replace_once(file: Path, old: str, new: str) -> None:
    source = file.read_text()
    assert source.count(old) == 1, f"{old!r} must stand once in {file.name}"
    file.write_text(source.replace(old, new))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The packages, with a small quick setting and one figure, to run or to break."""
    for package in ("analytic", "numeric", "verify", "figures"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    for file, pattern, shorter in (
        ("verify/smallest_model.py", r"^QUICK = .*$", SMALL),
        ("verify/job.py", r"^SUITES = .*$", "SUITES = (any_network,)"),
        ("figures/__init__.py", r"^REPORT = \([^)]*\)$", 'REPORT = ("antipodal_ray",)'),
    ):
        source, count = re.subn(pattern, shorter, (tmp_path / file).read_text(), flags=re.MULTILINE)
        assert count == 1, f"{pattern!r} must stand once in {file}"
        (tmp_path / file).write_text(source)
    return tmp_path


def start(folder: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    command = [sys.executable, "-m", "verify", "--out", "out"]
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A shell that runs the tests in the background has them ignore interrupts, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    out, error = process.communicate(timeout=240)
    assert "Traceback" not in error
    return process.returncode, out


def written(folder: Path) -> dict[str, object]:
    content: dict[str, object] = json.loads((folder / "out" / "verify.json").read_text())
    return content


def failed(folder: Path) -> set[str]:
    return {check["name"] for check in written(folder)["checks"] if not check["passed"]}  # type: ignore[attr-defined]


def test_main_job_passes_and_leaves_its_files(copy: Path) -> None:
    code, out = finish(start(copy))
    assert (code, failed(copy)) == (0, set())
    assert f"all {len(written(copy)['checks'])} checks passed" in out
    assert written(copy)["complete"] is True
    names = {str(path.relative_to(copy / "out")) for path in (copy / "out").rglob("*") if path.is_file()}
    kinds = ("svg", "png", "csv")
    assert names == {"verify.json", "report.html", *(f"figures/antipodal_ray.{kind}" for kind in kinds)}


@pytest.mark.parametrize(
    ("old", "new", "caught_by"),
    [
        ("sympy.expand(z**2 - 2 * x[i] * z)", "sympy.expand(z**2 + 2 * x[i] * z)", {"quadrature", "monte_carlo"}),
        (
            "sympy.collect(sympy.expand(mixture), WEIGHTS",
            "sympy.collect(sympy.expand(mixture / 2), WEIGHTS",
            {"quadrature"},
        ),
    ],
    ids=["one sign", "a common factor of one half"],
)
def test_a_broken_derivation_turns_the_main_job_red(copy: Path, old: str, new: str, caught_by: set[str]) -> None:
    replace_once(copy / "analytic" / "n2m1_loss.py", old, new)
    code, out = finish(start(copy))
    assert code == 1
    assert caught_by <= failed(copy)
    assert "failed: " in out


def test_interruption_leaves_finished_checks_whole(copy: Path) -> None:
    process = start(copy)
    deadline = time.monotonic() + 120
    while not (copy / "out" / "verify.json").exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in out + error
    assert "interrupted" in error
    content = written(copy)
    assert content["complete"] is False
    assert content["checks"]
    assert [path.name for path in (copy / "out").iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("app", "arguments", "message"),
    [
        (verify_app, ["--device", "tpu"], "device must be 'cpu' or 'cuda', got 'tpu'"),
        (verify_app, ["--out", "/dev/null/below"], "out must be a folder to write in, got '/dev/null/below'"),
        (verify_app, ["--fulll"], "--fulll"),
        (
            figures_app,
            ["landscap"],
            f"figure must be one of {', '.join(NAMES)}, got 'landscap'",
        ),
        (figures_app, ["landscape", "--out", "/dev/null/below"], "out must be a folder to write in"),
        (figures_app, ["--device", "tpu"], "device must be 'cpu' or 'cuda', got 'tpu'"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(
    app: object,
    arguments: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_command(app, arguments) == 2  # type: ignore[arg-type]
    error = capsys.readouterr().err
    assert message in error
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_cuda_asked_for_and_absent(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert run_command(verify_app, ["--device", "cuda"]) == 2
    assert capsys.readouterr().err == "error: device 'cuda' was asked for but torch sees no CUDA device\n"
    assert list(tmp_path.iterdir()) == []


def test_figures_are_listed_with_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(figures_app, ["--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert tuple(line.split()[0] for line in lines) == NAMES
    assert all(len(line.split()) > 3 for line in lines)
