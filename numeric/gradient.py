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

from .activation import ACTIVATIONS
from .model import Family, Parameters


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

    def __call__(self, at: Parameters, into: Parameters, x: Tensor, absent: int = 0) -> None:
        """Write the gradient at `at` into `into`. x: (models, n, columns) are some of the batch's samples; the `absent`
        others are zero, where only b has a gradient, since ψ(0) = 0.
        """
        W, V, b = at
        wanted = self._family.wanted(x)
        if self._adversary:
            x = self.attack(at, x, wanted)
        h, d, u = self._backward(at, x, wanted)
        slope = torch.bmm(u, x.mT)  # (models, m, n)
        if V is None:
            slope.baddbmm_(h, d.mT)
        else:
            assert into.V is not None
            into.V.copy_(torch.bmm(d, h.mT))
        if self._penalty:
            G = torch.bmm(W.mT, W)
            slope.baddbmm_(W, G - torch.diag_embed(G.diagonal(dim1=1, dim2=2)), alpha=4 * self._penalty)
        into.W.copy_(slope)
        if b is not None:
            assert into.b is not None
            torch.sum(d, 2, out=into.b)
            if absent:
                into.b.add_(self._at_zero(b), alpha=absent)

    def attack(self, at: Parameters, x: Tensor, wanted: Tensor) -> Tensor:
        """x moved by ε along the gradient of each sample's own loss; where that is zero, x itself."""
        _, _, u = self._backward(at, x, wanted)
        uphill = torch.bmm(at.W.mT, u)  # (models, n, columns)
        norm = torch.linalg.vector_norm(uphill, dim=1, keepdim=True)
        return x + uphill * torch.where(norm > 0, self._adversary / norm, 0.0)

    def _backward(self, at: Parameters, x: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """h (models, m, columns), d (models, n, columns) and u, of h's shape."""
        W, V, b = at
        readout = W.mT if V is None else V
        before = torch.bmm(W, x)
        h = self._hidden.value(before, 1)
        z = torch.bmm(readout, h) if b is None else torch.baddbmm(b[:, :, None], readout, h)
        f = self._output.value(z, 1)
        d = self._output.pullback(z, f, (f - wanted).mul_(self._scale), 1)
        return h, d, self._hidden.pullback(before, h, torch.bmm(readout.mT, d), 1)

    def _at_zero(self, b: Tensor) -> Tensor:
        """∂_b of one zero sample, whose target is 0 too."""
        z = b[:, :, None]
        f = self._output.value(z, 1)
        return self._output.pullback(z, f, f * self._scale, 1)[:, :, 0]
