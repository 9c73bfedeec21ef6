"""The three commands before they do anything: what they load to say what they can do, and how they take an interruption."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from numeric.running.command_line import loading

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("torch", "numba", "numpy", "scipy", "sympy", "flint", "matplotlib", "xarray", "distributed")
ASKED = """
import runpy, sys
loaded = lambda: [name for name in {heavy} if name in sys.modules]
for module, option in (("verify", "--help"), ("figures", "--help"), ("figures", "--list"), ("numeric.sweep", "--help")):
    sys.argv = [module, option]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        print(module, option, end.code, loaded(), file=sys.stderr)
import figures.gallery.crew, numeric.running.processes
print("a worker before its task", loaded(), file=sys.stderr)
"""


@pytest.mark.processes
def test_what_a_command_says_of_itself_loads_no_large_library() -> None:
    """Nor does a worker process before it knows its task: each of these libraries takes a tenth of a second to two."""
    done = subprocess.run(
        [sys.executable, "-c", ASKED.format(heavy=HEAVY)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stderr.splitlines() == [
        "verify --help 0 []",
        "figures --help 0 []",
        "figures --list 0 []",
        "numeric.sweep --help 0 []",
        "a worker before its task []",
    ]
    assert "Usage: python -m verify" in done.stdout
    assert "five_features" in done.stdout


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="needs to see which libraries a process has loaded")
@pytest.mark.parametrize("command", ["verify", "figures --device cuda", "numeric.sweep"])
@pytest.mark.processes
def test_an_interruption_while_libraries_load(command: str, tmp_path: Path) -> None:
    """One line and exit code 130, in the middle of importing torch; nothing is written."""
    process = subprocess.Popen(
        [sys.executable, "-m", *command.split(), "--out", str(tmp_path / "out")],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A shell that runs the tests in the background has them ignore interrupts, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    end = time.monotonic() + 100
    while "libtorch" not in Path(f"/proc/{process.pid}/maps").read_text():
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=60) == ("", "interrupted; nothing was begun\n")
    assert process.returncode == 130
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def handler() -> Iterator[None]:
    """Sets whatever the test sets back."""
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


def failing_import() -> None:
    with loading():
        assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
        raise ImportError


@pytest.mark.usefixtures("handler")
def test_interrupts_are_as_before_when_all_is_loaded() -> None:
    """Also after an import that failed; a shell's background process goes on ignoring them."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with pytest.raises(ImportError):
        failing_import()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with loading():
        assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
