r"""The gradient of the sampled loss by hand, where few features are active; for the formulas see `gradient`.

Products with x touch active entries alone: h = Wx and u xᵀ cost next to nothing. Outputs of all features are computed,
but f - x differs from f at active entries only.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csc_array
from torch import Tensor
from torch.nn.functional import embedding_bag

from ..model import ACTIVATIONS, Family, Parameters
from ..running import compiled
from ..sample.active_entries import Active
from .gradient import add_penalty, fused

if compiled.AVAILABLE:
    from . import step_kernels


class SparseGradient:
    """As `Gradient`, one model at a time, for outputs in `OUTPUTS` and without adversary. `importance`: (models, n)."""

    def __init__(self, family: Family, importance: Tensor, n_hidden: int, batch: int, penalty: float = 0.0) -> None:
        n = importance.shape[1]
        self._family, self._batch, self._penalty = family, batch, penalty
        self._hidden = ACTIVATIONS[family.hidden]
        self._scale = (2 / batch) * importance
        self._nothing, self._total = importance.new_zeros(n), importance.new_empty(n)
        self._z = importance.new_empty(batch, n)
        self._kernels = _Compiled(family, n, n_hidden, batch) if fused(family, importance) else None

    def __call__(self, at: Parameters, into: Parameters, x: Sequence[Active]) -> None:
        """Write the gradient at `at` into `into`; x: one batch per model."""
        for k, active in enumerate(x):
            parts = [None if part is None else part[k] for part in (*at, *into)]
            self._one(Parameters(*parts[:3]), Parameters(*parts[3:]), active, self._scale[k])  # type: ignore[arg-type]
        if self._penalty:
            add_penalty(self._penalty, at.W, into.W)

    def _one(self, at: Parameters, into: Parameters, x: Active, scale: Tensor) -> None:
        W, V, b = at
        steps = self._kernels or _Plain(self._family)
        # Sums are rounded by where matrices begin in memory: products are of copies, which begin alike, and into fresh ones.
        W = W.clone()
        readout = W if V is None else V.clone().T  # (m, n)
        bias = self._nothing if b is None else b
        before = steps.hidden(W, x)
        h = self._hidden.value(before, 1)  # (samples, m)
        z = torch.mm(h, readout, out=self._z[: x.samples])  # (samples, n)
        steps.residual(z, x, bias, scale, self._total)
        back = steps.back(readout, z)
        steps.inputs(self._hidden.pullback(before, h, back, 1), x, into.W)
        if into.V is None:
            into.W.add_(torch.mm(h.T, z))
        else:
            into.V.copy_(torch.mm(z.T, h))
        if into.b is not None:
            absent = bias.relu() if self._family.output == "relu" else bias
            torch.addcmul(self._total, absent, scale, value=self._batch - x.samples, out=into.b)


class _Plain:
    """The parts of a step that touch active entries, in array code."""

    def __init__(self, family: Family) -> None:
        self._family = family

    def hidden(self, W: Tensor, x: Active) -> Tensor:
        """Wx, (samples, m)."""
        return embedding_bag(x.feature, W.T.contiguous(), x.start[:-1], mode="sum", per_sample_weights=x.value)

    def residual(self, z: Tensor, x: Active, b: Tensor, scale: Tensor, total: Tensor) -> None:
        """d in place of Vh, and its sums over samples."""
        wanted, flat = self._family.wanted(x.value), z.add_(b).view(-1)
        if self._family.output == "relu":
            flat.relu_()
            f = flat.index_select(0, x.place)
            flat.scatter_(0, x.place, (f - wanted).mul_(f.sign()))
        else:
            flat.scatter_add_(0, x.place, -wanted)
        torch.sum(z.mul_(scale), 0, out=total)

    def back(self, readout: Tensor, d: Tensor) -> Tensor:
        """Vᵀd, (samples, m)."""
        return torch.mm(readout, d.T).T.contiguous()

    def inputs(self, u: Tensor, x: Active, into: Tensor) -> None:
        """u xᵀ, (m, n); u: (samples, m)."""
        entries = x.value.numpy(), x.feature.numpy(), x.start.numpy()
        into.copy_(torch.from_numpy(csc_array(entries, shape=(into.shape[1], len(u))) @ u.numpy()).T)


class _Compiled(_Plain):
    """The same in compiled loops, for float32."""

    def __init__(self, family: Family, n: int, n_hidden: int, batch: int) -> None:
        super().__init__(family)
        width = -(-n_hidden // step_kernels.LANE) * step_kernels.LANE
        self._u, self._sums, self._readout = torch.zeros(batch, width), torch.empty(n, width), torch.zeros(n, width)

    def residual(self, z: Tensor, x: Active, b: Tensor, scale: Tensor, total: Tensor) -> None:
        flags = self._family.output == "relu", self._family.target == "absolute"
        step_kernels.sparse_residual(z.numpy(), *_arrays(x), b.numpy(), scale.numpy(), total.numpy(), *flags)

    def back(self, readout: Tensor, d: Tensor) -> Tensor:
        self._readout[:, : len(readout)] = readout.T
        return torch.mm(d, self._readout, out=self._u[: len(d)])[:, : len(readout)]

    def inputs(self, u: Tensor, x: Active, into: Tensor) -> None:
        m = u.shape[1]
        if u.data_ptr() != self._u.data_ptr():  # an activation whose pullback is not in place
            self._u[: x.samples, :m] = u
        step_kernels.scatter(self._u[: x.samples].numpy(), *_arrays(x), self._sums.zero_().numpy())
        into.copy_(self._sums[:, :m].T)


def _arrays(x: Active) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.int32]]:
    return x.feature.numpy(), x.value.numpy(), x.start.numpy()
