r"""The gradient of the sampled loss of stacked models, by hand.

With z₁ = Wx, h = ψ(z₁), z = Vh + b, f = φ(z), target y, sums over the batch of B samples and J the Jacobians,

.. math:: e = \tfrac{2}{B}\, I ∘ (f - y), \quad d = J_φᵀ e, \quad u = J_ψᵀ Vᵀ d, \quad
          ∂_W = u xᵀ \;(+\, h dᵀ \text{ where } V = Wᵀ), \quad ∂_V = d hᵀ, \quad ∂_b = Σ d,

and 4λ W (G - diag G) for the interference penalty λ Σ_{i≠j} (W_i·W_j)². By hand because it is ten times as fast as
autograd at n = 2, m = 1; where z = 0 it takes ReLU' = 0, as autograd does.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..model import ACTIVATIONS, Family, Parameters
from ..running import compiled

if compiled.AVAILABLE:
    from . import step_kernels

FUSED = ("relu", "linear")
"""Outputs whose residual has a compiled loop, for float32 on the CPU."""


class Gradient:
    r"""Gradient of K̂ = (1/B) Σ_batch Σ_i I_i (y_i - f_i)² + λ Σ_{i≠j} (W_i·W_j)² for a stack of models.

    `importance`: (models, n), which fixes dtype and device. `adversary`: ε > 0 replaces every sample x by
    x + ε ∇_x/‖∇_x‖, one step uphill on its own loss, with the target that of x; the parameters' gradient takes the
    perturbed sample as given.
    """

    def __init__(
        self, family: Family, importance: Tensor, batch: int, penalty: float = 0.0, adversary: float = 0.0
    ) -> None:
        self._family = family
        self._hidden, self._output = ACTIVATIONS[family.hidden], ACTIVATIONS[family.output]
        self._scale = (2 / batch) * importance[:, :, None]
        self._penalty, self._adversary = penalty, adversary
        self._fused = fused(family, importance)
        self._nothing, self._unused = torch.zeros_like(importance), torch.empty_like(importance)
        self._buffers: dict[tuple[int, int], Tensor] = {}

    def __call__(self, at: Parameters, into: Parameters, x: Tensor, absent: int = 0) -> None:
        """Write the gradient at `at` into `into`. x: (models, n, columns) are some of the batch's samples; the `absent`
        others are zero, and so is the last column where there are such.
        """
        given = x
        if self._adversary:
            x = self.attack(at, x, given)
        total = self._unused if into.b is None else into.b
        h, d, u = self._backward(at, x, given, total, absent)
        torch.bmm(u, x.mT, out=into.W)
        if into.V is None:
            into.W.baddbmm_(h, d.mT)
        else:
            torch.bmm(d, h.mT, out=into.V)
        if self._penalty:
            add_penalty(self._penalty, at.W, into.W)

    def attack(self, at: Parameters, x: Tensor, given: Tensor) -> Tensor:
        """x moved by ε along the gradient of each sample's own loss; where that is zero, x itself. The target is that of the
        samples `given`.
        """
        _, _, u = self._backward(at, x, given, self._unused, 0)
        uphill = torch.bmm(at.W.mT, u)  # (models, n, columns)
        norm = torch.linalg.vector_norm(uphill, dim=1, keepdim=True)
        return x + uphill * torch.where(norm > 0, self._adversary / norm, 0.0)

    def _backward(
        self, at: Parameters, x: Tensor, given: Tensor, total: Tensor, absent: int
    ) -> tuple[Tensor, Tensor, Tensor]:
        """h (models, m, columns), d (models, n, columns) and u, of h's shape; the next call overwrites them. `total`: Σ d."""
        W, V, b = at
        readout = W.mT if V is None else V
        columns = x.shape[2]
        before = torch.bmm(W, x, out=self._buffer(0, W.shape[1], columns))
        h = self._hidden.value(before, 1)
        z = self._buffer(1, W.shape[2], columns)
        if self._fused:
            d = torch.bmm(readout, h, out=z)
            arrays = d, given.contiguous(), self._nothing if b is None else b, self._scale[:, :, 0], total
            z_, x_, b_, scale, sums = (part.numpy() for part in arrays)
            relu, absolute = self._family.output == "relu", self._family.target == "absolute"
            step_kernels.residual(z_, x_, b_, scale, sums, absent, relu, absolute)
        else:
            z = torch.bmm(readout, h, out=z) if b is None else torch.baddbmm(b[:, :, None], readout, h, out=z)
            d = self._residual(z, given, total, absent)
        back = torch.bmm(readout.mT, d, out=self._buffer(3, W.shape[1], columns))
        return h, d, self._hidden.pullback(before, h, back, 1)

    def _residual(self, z: Tensor, given: Tensor, total: Tensor, absent: int) -> Tensor:
        """d for z, which is overwritten, in array code."""
        # ReLU's pullback drops e wherever z and max(0, z) differ.
        f = z if self._family.output == "relu" else self._output.value(z, 1)
        e = torch.sub(f, self._family.wanted(given), out=self._buffer(2, *z.shape[1:])).mul_(self._scale)
        d = self._output.pullback(z, f, e, 1)
        if absent:
            d[:, :, -1] *= 1 + absent  # where x and h are zero, so that this is for b alone
        torch.sum(d, 2, out=total)
        return d

    def _buffer(self, place: int, rows: int, columns: int) -> Tensor:
        """(models, rows, columns), the same memory at every call: fresh memory costs more than the arithmetic in it."""
        if (place, columns) not in self._buffers:
            self._buffers[place, columns] = self._scale.new_empty(len(self._scale), rows, columns)
        return self._buffers[place, columns]


def fused(family: Family, importance: Tensor) -> bool:
    """Whether the compiled loops serve: they are for outputs in `FUSED`, in float32 on the CPU."""
    plain = importance.dtype == torch.float32 and importance.device.type == "cpu"
    return compiled.AVAILABLE and plain and family.output in FUSED


def add_penalty(strength: float, W: Tensor, slope: Tensor) -> None:
    """Add the gradient of λ Σ_{i≠j} (W_i·W_j)² to `slope`; both (models, m, n)."""
    G = torch.bmm(W.mT, W)
    slope.baddbmm_(W, G - torch.diag_embed(G.diagonal(dim1=1, dim2=2)), alpha=4 * strength)
