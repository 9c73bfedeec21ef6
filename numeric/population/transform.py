r"""T(ζ) = (2/ζ²)(E e^{ζz}/ζ - E x_i e^{ζz}) and its derivatives, summed over nodes, in array operations of torch.

The twin of `line_kernel`, for other devices and where there is no compiler, and the only place of second derivatives.
With a_G = Σ r_j φ_0(ζg_j), or r Π φ_0, the groups other than the row's own are multiplied up by degree,

.. math:: e_3 ← o e_3 + a (e_3 + e_2), \quad e_2 ← e_2 + a e_1, \quad e_1 ← e_1 + a

(a group of degree 2 or more adds its a to e_2 or to e_3). Where supports of up to two features come exactly, e_3 is the part
of degree three and more, r = p/s and o = 1; elsewhere e_1 = e_2 = 0, e_3 is the whole product, r = p and o = s. No subtraction
occurs, so that what is rare keeps its digits. Then T = c e_3 + κ X, c = F o/ζ with F = 2 e^{ζb}/ζ² times the weight of a node,
κ = F (a/ζ - a_x) of the row's own group, and X = e_3 + e_2, with e_1 and 1 where that group has a degree of 2 and more. T is
linear in every a.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from .factors import Floats, Rows
from .lines import Lines
from .nodes import Nodes, chunks


def sums(rows: Rows, lines: Lines, device: torch.device) -> tuple[Floats, Floats, Floats]:
    """Σ over nodes of Re T and its derivatives: (R,), by g (R, n), by b (R,)."""
    value, dg, db = np.zeros(len(rows)), np.zeros_like(rows.g), np.zeros(len(rows))
    for some, nodes in chunks(rows, lines, 3, device):
        X, kappa = nodes.X, nodes.kappa
        T = nodes.cube * nodes.e3 + kappa * X
        by_e3, by_x = nodes.by_a()
        by_a = torch.where(nodes.mine, 0.0, nodes.cube * by_e3 + kappa * by_x)
        along = (nodes.features(by_a) * nodes.slopes() + X * nodes.kappa_slopes()).real.sum(2)
        value[some] += T.real.sum(1).cpu().numpy()
        db[some] += (nodes.zeta * T).real.sum(1).cpu().numpy()
        dg[some] += along.T.cpu().numpy()
    return value, dg, db


def curvature(rows: Rows, lines: Lines) -> Floats:
    """Second derivatives of Σ Re T by (g, b), (R, n + 1, n + 1)."""
    n = rows.g.shape[1]
    result = np.zeros((len(rows), n + 1, n + 1))
    for some, nodes in chunks(rows, lines, 4, torch.device("cpu")):
        X, kappa, cube = nodes.X, nodes.kappa, nodes.cube
        by_e3, by_x = nodes.by_a()
        by_a = torch.where(nodes.mine, 0.0, cube * by_e3 + kappa * by_x)
        v = torch.where(nodes.features(nodes.mine), 0.0, nodes.slopes())
        scaled = v / nodes.features(nodes.off + nodes.a)
        single = torch.where(nodes.features(nodes.degree) == 1, v, 0.0) * nodes.marked
        own = nodes.kappa_slopes()
        H = _products(scaled * (cube + kappa) * nodes.everything, scaled) - _products(single * cube, single)
        cross = _products(own, nodes.features(by_x) * v)
        H = H + cross + cross.mT
        group = torch.from_numpy(nodes.form.group)
        H = torch.where(group[:, None] == group, _within(nodes, by_a), H)
        along = nodes.features(by_a) * v + X * own
        T = cube * nodes.e3 + kappa * X
        result[some, :n, :n] += H.numpy()
        result[some, n, :n] += (along * nodes.zeta).real.sum(2).T.numpy()
        result[some, n, n] += (nodes.zeta.square() * T).real.sum(1).numpy()
    result[:, :n, n] = result[:, n, :n]
    return result


def _products(left: Tensor, right: Tensor) -> Tensor:
    """Re Σ_k left_j right_l, (R, n, n)."""
    a, c = left.permute(1, 0, 2), right.permute(1, 2, 0)
    return a.real @ c.real - a.imag @ c.imag


def _within(nodes: Nodes, by_a: Tensor) -> Tensor:
    """Second derivatives by two features of one group, (R, n, n); what it says of different groups does not count."""
    zeta, phi, r = nodes.zeta, nodes.phi, nodes.r
    form, itself, X = nodes.form, nodes.itself, nodes.X
    own_factor = nodes.F * (nodes.others if form.together else nodes.at_own(r))
    own = X * own_factor * zeta * (nodes.own_phi[2] - zeta * nodes.own_phi[3])
    n = len(r)
    if not form.together or form.single:
        sibling = X * nodes.F * r * zeta * phi[2]
        other = nodes.features(by_a) * r * zeta.square() * phi[2]
        diagonal = torch.where(itself, own, torch.where(nodes.features(nodes.mine), sibling, other))
        return torch.diag_embed(diagonal.real.sum(2).T)
    relative = zeta * phi[1] / phi[0]  # of φ_0 by g
    mine = nodes.features(nodes.mine)
    along_own = own_factor * (nodes.own_phi[1] - zeta * nodes.own_phi[2])
    weight = torch.where(mine, X * nodes.kappa, nodes.features(by_a * nodes.a))
    siblings = torch.where(itself, 0.0, relative)
    H = _products(weight * siblings, siblings)
    cross = _products(torch.where(itself, X * along_own, 0.0), siblings)
    H = H + cross + cross.mT
    diagonal = torch.where(itself, own, weight * zeta.square() * phi[2] / phi[0]).real.sum(2).T
    H[:, torch.arange(n), torch.arange(n)] = diagonal
    return H
