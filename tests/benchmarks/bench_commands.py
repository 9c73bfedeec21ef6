"""CPU seconds of the commands when they are only asked what they can do: at most half a second each."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MOST = 0.5


@pytest.mark.parametrize("command", ["verify --help", "figures --help", "figures --list", "numeric.sweep --help"])
def test_cost_of_asking(command: str) -> None:
    taken = []
    for _ in range(5):
        before = os.times()
        subprocess.run([sys.executable, "-m", *command.split()], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
        after = os.times()
        taken.append(after.children_user + after.children_system - before.children_user - before.children_system)
    print(f"\npython -m {command}: {min(taken):.2f} to {max(taken):.2f} CPU s (at most {MOST})")
    assert min(taken) <= MOST
