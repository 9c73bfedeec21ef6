"""Draws from a law.

dense            all entries; nonempty: of the samples that are not zero; active_entries: the active entries alone
structured       of laws that are not of groups alone, and of other magnitudes
finite_set       samples of length 1, to be memorised; points: a fixed set as a law
stream, pcg      random numbers by key and step; draw_kernels: made into samples as they come
"""

from .dense import Sampler, sample_independent
from .finite_set import SampleSet, draw_samples
from .points import Points
from .stream import digest

__all__ = ["Points", "SampleSet", "Sampler", "digest", "draw_samples", "sample_independent"]
