"""Each claim held to its second route: checks, the report, and the main job `python -m verify`.

>>> from verify.suites import thomson
>>> len(thomson.claims(full=False)) > 0
True
"""

from numeric.running.processes import one_thread

one_thread()
