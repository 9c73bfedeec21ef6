r"""Draws from a law, as dense tensors.

One uniform per entry is enough for independent features. With p = 1 - s and U uniform on [0, 1],

.. math:: x = \max(0, 1 - U/p)

is positive exactly when U < p, and then uniform on (0, 1]. This is max(0, V - s)/(1 - s) with V = 1 - U, but
it keeps all digits of p when s is near 1, where s itself, rounded to float32, would lose them.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ..arguments import array, entries, flag, instance, shown
from ..arguments.tensors import torch_device
from ..law import Law, grouped
from .points import Points
from .stream import Streams


class Sampler:
    """Samples of a stack of models by step, from `streams`, which it makes of their keys.

    `columns` samples of every batch are drawn; the `absent` others of it are zero.
    """

    absent = 0
    entries: int
    """numbers that a step of one model takes in memory"""

    def __init__(
        self, keys: Sequence[int], entries: int, columns: int, dtype: torch.dtype, device: torch.device
    ) -> None:
        """`entries`: random numbers per step and model."""
        self.columns, self.entries = columns, entries
        self._streams = Streams(keys, entries, dtype, device)

    def draw(self, step: int, steps: int) -> Tensor:
        """(models, steps, n, columns): the samples of `steps` steps from `step` on."""
        raise NotImplementedError


class Independent(Sampler):
    """x_i is 0 with probability 1 - p_i and otherwise uniform on [0, 1], or on [-1, 1] where `signed`.

    `density`: (models, n), float64, in [0, 1]. In float32 P(x = 0) is 1 - p to within 2^-22·p + 2^-31, by rounding.
    """

    def __init__(
        self, keys: Sequence[int], density: Tensor, columns: int, signed: bool, dtype: torch.dtype, device: torch.device
    ) -> None:
        super().__init__(keys, density.shape[1] * columns, columns, dtype, device)
        self._slope, self._offset = _line(density[:, None, :, None], dtype, device)
        self._rows = self._slope[:, 0, :, 0].contiguous().numpy() if self._streams.fused else None
        self._signed = signed

    def draw(self, step: int, steps: int) -> Tensor:
        if self._rows is not None:
            x: Tensor = self._streams.draw_positive(step, steps, self._rows, self.columns, self._signed)
            return x.view(*x.shape[:2], -1, self.columns)
        uniform = self._streams.draw(step, steps).unflatten(2, (-1, self.columns))
        return positive_part(uniform, self._slope, self._offset, self._signed)


class Grouped(Sampler):
    """Independent groups of features, each off with a probability of its own; one that is on has all its features active,
    or exactly one, each as often. `law`: one per model, of one kind and with the same groups.
    """

    def __init__(
        self,
        keys: Sequence[int],
        laws: Sequence[Law],
        n: int,
        columns: int,
        signed: bool,
        dtype: torch.dtype,
        device: torch.device,
    ) -> None:
        forms = [grouped(law, None, n) for law in laws]
        self._groups = len(forms[0].off)
        self._together = forms[0].together
        # One number per group says whether it is on, and which of its features; then one per value.
        self._values = n if self._together else self._groups
        super().__init__(keys, (self._groups + self._values) * columns, columns, dtype, device)
        density = torch.stack([1 - form.off for form in forms])
        slope, offset = _line(density[:, None, :, None], dtype, device)
        self._size = forms[0].size[:, None].to(dtype=dtype, device=device)
        self._slope, self._offset = slope, offset
        self._index = forms[0].index.to(device)
        members = torch.nn.functional.one_hot(forms[0].index, self._groups)
        self._rank = (members.cumsum(0) - 1).gather(1, forms[0].index[:, None]).to(dtype=dtype, device=device)
        self._signed = signed

    def draw(self, step: int, steps: int) -> Tensor:
        uniform: Tensor = self._streams.draw(step, steps).unflatten(2, (-1, self.columns))
        switch, value = uniform[:, :, : self._groups], uniform[:, :, self._groups :]
        value = value if self._signed else value.abs()
        # In (0, 1] where the group is on, at most 0 where it is off, and then again uniform.
        rest = torch.addcmul(self._offset, switch.abs(), self._slope)
        if self._together:
            return value * (rest > 0).to(value.dtype).index_select(2, self._index)
        chosen = (rest * self._size).ceil_().sub_(1)  # the rank of the feature that is on
        on = chosen.index_select(2, self._index) == self._rank
        return value.index_select(2, self._index).mul_(on)


class Chosen(Sampler):
    """Rows of a fixed set of points, drawn with replacement, or all of them at every step."""

    def __init__(
        self, keys: Sequence[int], points: Points, columns: int, dtype: torch.dtype, device: torch.device
    ) -> None:
        super().__init__(keys, columns, columns, dtype, device)
        self._points = torch.from_numpy(points.array.T.copy()).to(dtype=dtype, device=device)  # (n, T)
        self._whole = points.whole
        self._models = len(keys)

    def draw(self, step: int, steps: int) -> Tensor:
        count = self._points.shape[1]
        if self._whole:
            return self._points.expand(self._models, steps, -1, -1)
        place = (self._streams.draw(step, steps).abs_() * count).long().clamp_max_(count - 1)
        return self._points[:, place[..., : self.columns]].permute(1, 2, 0, 3)


def sample_independent(
    sparsity: Tensor | float,
    shape: Sequence[int],
    generator: torch.Generator,
    *,
    signed: bool = False,
    dtype: torch.dtype = torch.float32,
    device: torch.device | str = "cpu",
) -> Tensor:
    """One draw of `shape` from a generator that lives on `device`.

    `sparsity`: any shape that broadcasts to `shape`, entries in [0, 1]; s = 1 gives zeros. `dtype` is float32 or float64.
    ValueError on a sparsity outside [0, 1] or another dtype.
    """
    if dtype not in (torch.float32, torch.float64):
        raise ValueError(f"dtype must be torch.float32 or torch.float64, got {shown(dtype)}")
    flag("signed", signed)
    instance("generator", generator, torch.Generator, "a torch.Generator")
    shape, s = entries("shape", shape, 0, 2**40), array("sparsity", sparsity, finite=False)
    outside = s[~((s >= 0) & (s <= 1))]
    if outside.size:
        raise ValueError(f"sparsity must lie in [0, 1], got {outside[0]:g}")
    density = torch.as_tensor(1 - s, device=torch_device(device))
    try:
        density.expand(shape)
    except RuntimeError:
        raise ValueError(f"sparsity must broadcast to shape {shape}, got shape {s.shape}") from None
    slope, offset = _line(density, dtype, torch.device(device))
    bits = 64 if dtype == torch.float64 else 32
    count = torch.Size(shape).numel()
    words = torch.empty(-(-count * bits // 64), dtype=torch.int64, device=device)
    # Finer than torch.rand's 2^-24 (2^-53), at half its cost.
    words.random_(-(2**63), None, generator=generator)
    integers = words.view(torch.int64 if bits == 64 else torch.int32)[:count].view(tuple(shape))
    return positive_part(integers.to(dtype).mul_(2.0 ** (1 - bits)), slope, offset, signed)


def _line(density: Tensor, dtype: torch.dtype, device: torch.device) -> tuple[Tensor, Tensor]:
    """Slope and offset of 1 - U/p; zeros where p = 0."""
    active = density > 0
    slope = torch.where(active, -1 / density, 0.0)
    return slope.to(dtype=dtype, device=device), active.to(dtype=dtype, device=device)


def positive_part(uniform: Tensor, slope: Tensor, offset: Tensor, signed: bool) -> Tensor:
    """max(0, offset + slope·|uniform|) in place of `uniform`, with its sign where `signed`."""
    sign = uniform.sign() if signed else None
    x = uniform.abs_().mul_(slope).add_(offset).clamp_min_(0)
    return x if sign is None else x.mul_(sign)
