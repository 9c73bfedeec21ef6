"""The commands as a user types them: exit codes, what they write, and that a broken derivation turns the main job red."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from figures import NAMES
from figures.command import app as figures_app
from numeric.running.command_line import run_command
from verify import job
from verify.check import Claim, Outcome
from verify.command import app as verify_app

ROOT = Path(__file__).parents[2]
JOB = """
import runpy, sys
import figures
from verify import job
every = job.smallest_model.claims
home = sys.modules[every.__module__]
home.QUICK = home.Size(12, 2, 100_000, 2, 10, 16, {steps}, 256)
job.smallest_model.claims = lambda **settings: [claim for claim in every(**settings) if claim.name in {names}]
job.SUITES = (job.smallest_model,)
figures.REPORT = ("antipodal_ray",)
job.as_html = lambda *found: b""  # derivations take seconds to lay out
sys.argv = ["verify", "--out", "out"]
runpy.run_module("verify", run_name="__main__", alter_sys=True)
"""


def start(folder: Path, *names: str, steps: int = 1) -> subprocess.Popen[str]:
    """`python -m verify` in a folder: of the smallest model's claims these alone, small, and one figure."""
    return subprocess.Popen(
        [sys.executable, "-c", JOB.format(names=names, steps=steps)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
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


@pytest.mark.processes
def test_main_job_passes_and_leaves_its_files(tmp_path: Path) -> None:
    code, out = finish(start(tmp_path, "published_antipodal", "quadrature"))
    assert (code, failed(tmp_path)) == (0, set())
    assert "all 2 checks passed" in out
    assert len(written(tmp_path)["checks"]) == 2  # type: ignore[arg-type]
    assert written(tmp_path)["complete"] is True
    names = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*") if path.is_file()}
    kinds = ("svg", "png", "csv")
    assert names == {"verify.json", "report.html", *(f"figures/antipodal_ray.{kind}" for kind in kinds)}


BROKEN = Outcome(exact="1", independent="2", deviation=1.0, tolerance=0.5, reason="a reason")


def test_a_failed_check_turns_the_main_job_red(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    claims = [
        Claim("sound", "", lambda progress: replace(BROKEN, deviation=0.5)),
        Claim("broken", "", lambda _: BROKEN),
    ]
    monkeypatch.setattr(job.smallest_model, "claims", lambda **settings: claims)
    monkeypatch.setattr(job, "SUITES", (job.smallest_model,))
    monkeypatch.setattr("figures.REPORT", ())
    monkeypatch.setattr(job, "as_html", lambda *found: b"")
    assert job.main_job(False, "cpu", tmp_path / "out") == 1
    assert failed(tmp_path) == {"broken"}
    assert written(tmp_path)["complete"] is True
    assert "failed: broken" in capsys.readouterr().out


@pytest.fixture
def without_ours() -> Iterator[None]:
    """`analytic` and `verify` can be imported from elsewhere; afterwards they are as before."""

    def ours() -> dict[str, ModuleType]:
        return {name: module for name, module in sys.modules.items() if name.split(".")[0] in ("analytic", "verify")}

    before = ours()
    for name in before:
        del sys.modules[name]
    yield
    for name in ours():
        del sys.modules[name]
    sys.modules.update(before)


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
@pytest.mark.usefixtures("without_ours")
@pytest.mark.slow
def test_a_broken_derivation_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, caught_by: set[str]
) -> None:
    """The suite's own checks, small, on a copy of the packages with a fault in the source."""
    for package in ("analytic", "verify"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    sources = {path: path.read_text() for path in (tmp_path / "analytic").rglob("*.py")}
    assert sum(source.count(old) for source in sources.values()) == 1
    for path, source in sources.items():
        if old in source:
            path.write_text(source.replace(old, new))
    monkeypatch.syspath_prepend(tmp_path)
    suite, check = import_module("verify.suites.smallest_model"), import_module("verify.check")
    assert Path(suite.__file__ or "").is_relative_to(tmp_path)
    suite.QUICK = suite.Size(12, 2, 100_000, 2, 10, 16, 1, 256)
    claims = [claim for claim in suite.claims() if claim.name in caught_by]
    assert {check.name for check in check.run(claims, lambda name, share: None) if not check.passed} == caught_by


@pytest.mark.processes
def test_interruption_leaves_finished_checks_whole(tmp_path: Path) -> None:
    """In the middle of the training, which comes after the check that is finished."""
    process = start(tmp_path, "published_antipodal", "trained_above", steps=10**7)
    deadline = time.monotonic() + 120
    while not (tmp_path / "out" / "verify.json").exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in out + error
    assert "interrupted" in error
    assert written(tmp_path)["complete"] is False
    assert [check["name"] for check in written(tmp_path)["checks"]] == ["published_antipodal"]  # type: ignore[attr-defined]
    assert [path.name for path in (tmp_path / "out").iterdir() if path.name.startswith(".")] == []


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
