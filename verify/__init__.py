"""Each claim held to its second route: checks, the report, and the main job `python -m verify`."""

from numeric.running.processes import one_thread

one_thread()
