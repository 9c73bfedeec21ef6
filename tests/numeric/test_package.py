import subprocess
import sys

import pytest


@pytest.mark.processes
def test_importing_the_package_is_cheap() -> None:
    heavy = "import sys, numeric; print([name for name in ('torch', 'scipy', 'numpy') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
