"""Where the samples of a stack of models come from: the sampler of its law."""

from __future__ import annotations

import torch

from ..law import is_grouped
from ..sample import Points, Sampler
from ..sample.dense import Chosen, Grouped, Independent
from ..sample.structured import Structured
from .config import TrainConfig


def sampler(config: TrainConfig, keys: list[int], columns: int, device: torch.device, dtype: torch.dtype) -> Sampler:
    """Dense samples of the config's models; a set of points comes whole where `columns` is its size."""
    law = config.laws[0]
    if isinstance(law, Points):
        return Chosen(keys, law, columns, dtype, device)
    if law is not None:
        laws = [law for law in config.laws if law is not None and not isinstance(law, Points)]
        kind = Grouped if all(is_grouped(one) for one in laws) else Structured
        return kind(keys, laws, config.n_features, columns, config.signed, dtype, device)
    return Independent(keys, torch.from_numpy(1 - config.sparsities), columns, config.signed, dtype, device)
