"""Where models can be trained."""

from __future__ import annotations

import torch

from .scalars import shown


def check_device(device: str) -> None:
    """ValueError unless `device` is "cpu" or a CUDA device that torch sees."""
    try:
        wanted = torch.device(device)
    except (RuntimeError, TypeError, ValueError):
        raise ValueError(f"device must be 'cpu' or 'cuda', got {shown(device)}") from None
    if wanted.type not in ("cpu", "cuda"):
        raise ValueError(f"device must be 'cpu' or 'cuda', got {device!r}")
    if wanted.type == "cuda":
        present = torch.cuda.device_count() if torch.cuda.is_available() else 0
        if not present:
            raise ValueError(f"device {device!r} was asked for but torch sees no CUDA device")
        if (wanted.index or 0) >= present:
            raise ValueError(f"device {device!r} was asked for but torch sees only {present} CUDA device(s)")
