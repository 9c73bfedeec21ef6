r"""The gradient of the sampled loss by hand, where few features are active; for the formulas see `gradient`.

Products with x touch active entries alone: h = Wx and u xᵀ cost next to nothing. Outputs of all features are computed,
but f - x differs from f at active entries only, and importances multiply the small sides of the products.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from scipy.sparse import csc_array
from torch import Tensor
from torch.nn.functional import embedding_bag

from .activation import ACTIVATIONS
from .active import Active
from .gradient import add_penalty
from .model import Family, Parameters

OUTPUTS = ("relu", "linear")


class SparseGradient:
    """As `Gradient`, one model at a time, for outputs in `OUTPUTS` and without adversary. `importance`: (models, n)."""

    def __init__(self, family: Family, importance: Tensor, n_hidden: int, batch: int, penalty: float = 0.0) -> None:
        n = importance.shape[1]
        self._family, self._batch, self._penalty = family, batch, penalty
        self._hidden = ACTIVATIONS[family.hidden]
        self._scale = (2 / batch) * importance
        # Hidden units and a last one that is always on: its weights are the bias, and their gradient the bias's.
        self._h = importance.new_ones(batch, n_hidden + 1)
        self._z = importance.new_empty(batch, n)

    def __call__(self, at: Parameters, into: Parameters, x: Sequence[Active]) -> None:
        """Write the gradient at `at` into `into`; x: one batch per model."""
        for k, active in enumerate(x):
            parts = [None if part is None else part[k] for part in (*at, *into)]
            self._one(Parameters(*parts[:3]), Parameters(*parts[3:]), active, self._scale[k])  # type: ignore[arg-type]
        if self._penalty:
            add_penalty(self._penalty, at.W, into.W)

    def _one(self, at: Parameters, into: Parameters, x: Active, scale: Tensor) -> None:
        W, V, b = at
        m, samples = W.shape[0], x.samples
        h, z = self._h[:samples], self._z[:samples]
        readout = W if V is None else V.T  # (m, n)
        before = embedding_bag(x.feature, W.T.contiguous(), x.start[:-1], mode="sum", per_sample_weights=x.value)
        h[:, :m] = self._hidden.value(before, 1)
        if b is None:
            h, with_bias = h[:, :m], readout
        else:
            with_bias = torch.cat([readout, b[None]])
        torch.mm(h, with_bias, out=z)  # (samples, n)
        wanted = self._family.wanted(x.value)
        flat = z.view(-1)
        if self._family.output == "relu":
            flat.relu_()
            f = flat.index_select(0, x.place)
            flat.scatter_(0, x.place, (f - wanted).mul_(f.sign()))
        else:
            flat.scatter_add_(0, x.place, -wanted)
        slope = torch.mm(h.T, z).mul_(scale)  # (m or m + 1, n)
        back = torch.mm(readout * scale, z.T).T.contiguous()  # (samples, m)
        u = self._hidden.pullback(before, h[:, :m], back, 1)
        transposed = csc_array((x.value.numpy(), x.feature.numpy(), x.start.numpy()), shape=(W.shape[1], samples))
        into.W.copy_(torch.from_numpy(transposed @ u.numpy()).T)
        if into.V is None:
            into.W.add_(slope[:m])
        else:
            into.V.copy_(slope[:m].T)
        if b is not None and into.b is not None:
            absent = b.relu() if self._family.output == "relu" else b
            torch.addcmul(slope[m], absent, scale, value=self._batch - samples, out=into.b)
