"""Sampled training of stacks of toy models, in shards of bounded memory.

Models do not interact: the objective is the sum over models of the batch mean of Σ_i I_i (x_i - f_i)², plus
the interference penalty. Inside, batches are feature-major, (models, n, batch): with few features that keeps
every elementwise operation contiguous.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral

import torch
from torch import Tensor

from .adam import Adam
from .gradient import TiedGradient
from .model import ToyModel, initial_weights
from .sample import IndependentSampler
from .setting import Row, importance_row, sparsity_row

Progress = Callable[[int, int], None]

_DTYPES = {"float32": torch.float32, "float64": torch.float64}


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """Settings of a stack of models; model k has `seeds[k]`, `sparsity[k]` and `importance[k]`.

    `sparsity`, `importance`: one entry per model, a number or a row of n_features numbers; `importance` None
    is 1. ValueError, naming the argument and the value, on anything out of range.
    """

    n_features: int
    n_hidden: int
    seeds: tuple[int, ...]
    sparsity: tuple[Row, ...]
    importance: tuple[Row, ...] | None = None
    bias: bool = True
    penalty: float = 0.0
    """λ of the interference penalty λ Σ_{i≠j} (W_i·W_j)², which is λ·2w₁²w₂² for n = 2, m = 1."""
    steps: int = 2000
    batch_size: int = 1024
    learning_rate: float = 0.1
    final_learning_rate: float = 1e-6
    """The rate falls geometrically from the first step to the last: large at first, to leave the worse basins
    (a rate of 0.1 reached the best one from 91 % of the seeds at n = 2, m = 1, a rate of 0.02 from 74 %),
    then smaller and smaller, which takes the noise out of the weights (a third of what a half cosine leaves
    behind).
    """
    dtype: str = "float32"
    """Rounding (6e-8) stays far below gradient noise; float64 costs twice the time."""
    device: str = "cpu"
    data_seed: int = 0
    shard: int = 128
    """Models trained together. Flat in speed from 96 to 768 models at n = 2; memory grows with it."""

    def __post_init__(self) -> None:
        for name in ("n_features", "n_hidden", "steps", "batch_size", "shard"):
            if not isinstance(getattr(self, name), Integral) or getattr(self, name) < 1:
                raise ValueError(f"{name} must be a whole number of at least 1, got {getattr(self, name)}")
        if not self.seeds:
            raise ValueError("seeds must name at least one model, got ()")
        for seed in (*self.seeds, self.data_seed):
            if not isinstance(seed, Integral) or not 0 <= seed < 2**63:
                raise ValueError(f"seeds must be whole numbers in [0, 2^63), got {seed}")
        for name in ("sparsity", "importance"):
            rows = getattr(self, name)
            if rows is not None and len(rows) != len(self.seeds):
                raise ValueError(f"{name} must have one entry per seed, {len(self.seeds)}, got {len(rows)}")
        for sparsity in self.sparsity:
            sparsity_row(sparsity, self.n_features)
        for importance in self.importance_rows:
            importance_row(importance, self.n_features)
        for name in ("learning_rate", "final_learning_rate"):
            if not 0 < getattr(self, name) < math.inf:
                raise ValueError(f"{name} must be positive and finite, got {getattr(self, name)}")
        if not 0 <= self.penalty < math.inf:
            raise ValueError(f"penalty must be finite and at least 0, got {self.penalty}")
        if self.dtype not in _DTYPES:
            raise ValueError(f"dtype must be one of {', '.join(_DTYPES)}, got {self.dtype!r}")
        check_device(self.device)

    @property
    def importance_rows(self) -> tuple[Row, ...]:
        return (1.0,) * len(self.seeds) if self.importance is None else self.importance

    def rate(self, step: int) -> float:
        """Learning rate of step 0, ..., steps - 1."""
        fall = math.log(self.final_learning_rate / self.learning_rate)
        return self.learning_rate * math.exp(fall * step / max(1, self.steps - 1))


@dataclass(frozen=True)
class Training:
    """Trained weights, on the CPU in float64 whatever they were trained in; row k belongs to model k."""

    W: Tensor
    """(models, m, n)"""
    b: Tensor | None
    """(models, n), or None for models without bias"""
    loss: Tensor
    """(models,): loss of the trained weights, without penalty, on one fresh batch: a noisy figure"""
    diverged: tuple[int, ...]
    """models with a weight that is NaN or infinite"""

    def model(self) -> ToyModel:
        return ToyModel.from_weights(self.W, self.b)


def check_device(device: str) -> None:
    """ValueError unless `device` is "cpu" or a CUDA device that torch sees."""
    try:
        wanted = torch.device(device)
    except RuntimeError:
        raise ValueError(f"device must be 'cpu' or 'cuda', got {device!r}") from None
    if wanted.type not in ("cpu", "cuda"):
        raise ValueError(f"device must be 'cpu' or 'cuda', got {device!r}")
    if wanted.type == "cuda":
        present = torch.cuda.device_count() if torch.cuda.is_available() else 0
        if not present:
            raise ValueError(f"device {device!r} was asked for but torch sees no CUDA device")
        if (wanted.index or 0) >= present:
            raise ValueError(f"device {device!r} was asked for but torch sees only {present} CUDA device(s)")


def train(config: TrainConfig, *, progress: Progress | None = None) -> Training:
    """Train every model of `config`, shard by shard.

    The numbers of a shard depend on its own models' settings, the shared settings and `data_seed` alone.
    `progress(done, total)` is called about a hundred times per shard, counted in steps of shards.
    """
    starts = range(0, len(config.seeds), config.shard)
    shards = []
    for i, start in enumerate(starts):

        def report(done: int, before: int = i * config.steps) -> None:
            if progress is not None:
                progress(before + done, len(starts) * config.steps)

        shards.append(_train_shard(config, slice(start, start + config.shard), report))
    W, b, loss = (torch.cat(parts).double().cpu() for parts in zip(*shards, strict=True))
    finite = W.isfinite().all(dim=(1, 2)) & b.isfinite().all(dim=1)
    diverged = tuple((~finite).nonzero().flatten().tolist())
    return Training(W, b if config.bias else None, loss, diverged)


def _train_shard(config: TrainConfig, models: slice, progress: Callable[[int], None]) -> tuple[Tensor, Tensor, Tensor]:
    n = config.n_features
    seeds = [int(seed) for seed in config.seeds[models]]
    sparsity = [sparsity_row(row, n).tolist() for row in config.sparsity[models]]
    importance = [importance_row(row, n).tolist() for row in config.importance_rows[models]]
    dtype, device = _DTYPES[config.dtype], torch.device(config.device)
    W = initial_weights(n, config.n_hidden, seeds).to(dtype=dtype, device=device)
    b = W.new_zeros(len(seeds), n)
    weights = W.new_tensor(importance)
    generator = torch.Generator(device).manual_seed(_digest(config.data_seed, seeds, sparsity, importance))
    sampler = IndependentSampler(
        torch.tensor(sparsity, dtype=torch.float64)[:, :, None],
        (len(seeds), n, config.batch_size),
        generator,
        dtype=dtype,
        device=device,
    )
    gradient = TiedGradient(weights, config.n_hidden, config.batch_size, config.penalty)
    optimiser = Adam([W, b] if config.bias else [W])
    stride = max(1, config.steps // 100)
    for step in range(config.steps):
        optimiser.step(gradient(W, b if config.bias else None, sampler.draw()), config.rate(step))
        if (step + 1) % stride == 0 or step + 1 == config.steps:
            progress(step + 1)
    x = sampler.draw()
    f = torch.relu(torch.baddbmm(b[:, :, None], W.mT, torch.bmm(W, x)))
    return W, b, ((f - x).square_().mean(dim=2) * weights).sum(dim=1)


def _digest(*settings: object) -> int:
    """A generator seed in [0, 2^63) from settings that print exactly."""
    return int.from_bytes(hashlib.blake2b(repr(settings).encode(), digest_size=8).digest(), "big") >> 1
