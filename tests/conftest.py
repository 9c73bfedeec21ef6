"""Hypothesis profiles: `dev` (default), `ci` (the same examples every time), `nightly` (thousands, random)."""

import os

import torch
from hypothesis import HealthCheck, settings

torch.set_num_threads(1)

_SHARED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("dev", max_examples=20, **_SHARED)
settings.register_profile("ci", max_examples=20, derandomize=True, **_SHARED)
settings.register_profile("nightly", max_examples=3000, print_blob=True, **_SHARED)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))
