"""Hypothesis profiles: `dev` (default), `ci` (the same examples every time), `nightly` (thousands, random, within a time)."""

import functools
import gc
import os
import time
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

# The arrays here are small: threads that wait for each other cost more than they bring. Read when NumPy and torch are loaded.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
import torch
from hypothesis import HealthCheck, settings
from hypothesis.errors import HypothesisException
from hypothesis.strategies import DataObject

torch.set_num_threads(1)

FUZZ_SECONDS = float(os.environ.get("FUZZ_SECONDS", "10"))
"""CPU time of one test in the nightly profile; examples that are drawn after it are passed over, but of properties
that draw while they run."""

_SHARED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("dev", max_examples=20, **_SHARED)
settings.register_profile("ci", max_examples=20, derandomize=True, **_SHARED)
settings.register_profile("nightly", max_examples=3000, print_blob=True, **_SHARED)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector of garbage need not look through it again, nor for each 700 new objects."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """In the nightly profile a property has `FUZZ_SECONDS` for its examples."""
    if settings().max_examples < 1000:
        return
    for item in items:
        handle = getattr(getattr(item, "obj", None), "hypothesis", None)
        if handle is not None and not hasattr(handle.inner_test, "in_time"):
            handle.inner_test = _in_time(handle.inner_test)


def _in_time(test: Callable[..., Any]) -> Callable[..., Any]:
    """`test` while its time lasts, and always once it has failed: what fails is to be made small, and told the same way."""
    spent, failed = 0.0, False

    @functools.wraps(test)
    def timed(*args: Any, **kwargs: Any) -> None:
        nonlocal spent, failed
        # What draws while it runs must draw the same again, or Hypothesis finds it flaky.
        draws = any(isinstance(value, DataObject | Random) for value in (*args, *kwargs.values()))
        if spent > FUZZ_SECONDS and not failed and not draws:
            return
        start = time.process_time()
        try:
            test(*args, **kwargs)
        except HypothesisException:
            raise  # an assumption that does not hold
        except Exception:
            failed = True
            raise
        finally:
            spent += time.process_time() - start

    timed.in_time = True  # type: ignore[attr-defined]
    return timed
