"""Each claim held to its second route: checks, the report, and the main job `python -m verify`."""

import os

# Before NumPy and torch load: the arrays here are small, and threads that wait for each other cost a factor of forty.
os.environ.setdefault("OMP_NUM_THREADS", "1")
