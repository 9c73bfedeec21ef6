"""Rows under any law: values and derivatives, and whether there are any."""

from __future__ import annotations

import torch
from torch import Tensor

from ..law import Law, as_sparsity, given_law, is_grouped, magnitudes
from .factors import Floats, Integers
from .general import General
from .tiny import at_own_size, at_two_sizes


def takes_law(law: Law, n: int) -> bool:
    """Whether the loss without sampling is had under this law of n features at any weights: unless values are exponential, or
    so many features have single values that their sets are too many.

    >>> from ..law import Independent, Magnitude
    >>> [takes_law(Independent(0.5, magnitude=Magnitude.binary()), n) for n in (20, 21)]
    [True, False]
    """
    if is_grouped(given_law(law)) or as_sparsity(law, None, n)[0] is None:
        return True
    return not any(one.rate for one in magnitudes(law, n)) and General.of(law, n).listed


def _tensors(g: Floats, b: Floats, own: Integers, within: Floats) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    return torch.from_numpy(g), torch.from_numpy(b), torch.from_numpy(own), torch.from_numpy(within)


def rows(
    general: General, g: Floats, b: Floats, own: Integers, within: Floats, *, linear: bool = False
) -> tuple[Floats, Floats, Floats]:
    """E[z_+² − 2 y_i z_+] of rows (R,), its derivatives by g (R, n) and by b (R,)."""
    sizes = at_two_sizes(g, b)
    given = _tensors(sizes.g, sizes.b, own[sizes.which], within[sizes.which])
    value, dg, db = torch.zeros_like(given[1]), torch.zeros_like(given[0]), torch.zeros_like(given[1])
    with torch.enable_grad():
        for some, piece in general.pieces(*given, linear=linear):
            at = given[0][some].requires_grad_(), given[1][some].requires_grad_()
            found = piece(*at)
            along = torch.autograd.grad(found.sum(), at)
            value.index_add_(0, some, found.detach())
            dg.index_add_(0, some, along[0])
            db.index_add_(0, some, along[1])
    return at_own_size((value.numpy(), dg.numpy(), db.numpy()), sizes)


def curvature(general: General, g: Floats, b: Floats, own: Integers, within: Floats, *, linear: bool = False) -> Floats:
    """Second derivatives by (g, b), (R, n + 1, n + 1)."""
    given = _tensors(g, b, own, within)
    n = general.n
    H = torch.zeros(len(b), n + 1, n + 1, dtype=torch.float64)
    with torch.enable_grad():
        for some, piece in general.pieces(*given, linear=linear):
            at = torch.cat([given[0][some], given[1][some][:, None]], 1).requires_grad_()
            first = torch.autograd.grad(piece(at[:, :-1], at[:, -1]).sum(), at, create_graph=True)[0]
            for j in range(n + 1):
                if first.requires_grad:
                    second = torch.autograd.grad(first[:, j].sum(), at, retain_graph=True, allow_unused=True)[0]
                    if second is not None:
                        H[:, j].index_add_(0, some, second)
    return H.numpy()
