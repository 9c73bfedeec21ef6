r"""The Hessian of a model from those of its rows.

With H^i the second derivatives of row i's loss by (g, b), D their first, all times I_i, and G_ij = Σ_a W_ai W_aj,

.. math:: \frac{∂^2 K}{∂W_{ak} ∂W_{cl}} = \sum_i W_{ai} H^i_{kl} W_{ci} + (W H^k)_{al} W_{ck} + W_{al} (W H^l)_{ck}
          + δ_{kl} (W H^k Wᵀ)_{ac} + δ_{ac} (D_{kl} + D_{lk}), \qquad
          \frac{∂^2 K}{∂W_{ak} ∂b_i} = W_{ai} H^i_{kb} + δ_{ki} \sum_j W_{aj} H^i_{jb} .

Of an untied model, G = VW, with derivatives by W_ak, V_ic and b_i:

.. math:: \sum_i V_{ia} H^i_{kl} V_{ic}, \qquad V_{ia} (H^i Wᵀ)_{kc} + δ_{ac} D_{ik}, \qquad (W H^i Wᵀ)_{ac}, \qquad
          V_{ia} H^i_{kb}, \qquad \sum_j W_{aj} H^i_{jb} .
"""

from __future__ import annotations

import numpy as np
import torch

from .factors import Floats
from .models import Models, curvature, solve


def model_hessian(models: Models, W: Floats, G: Floats, b: Floats) -> Floats:
    """(M, P, P), P = mn + n, for W (M, m, n), G = WᵀW and b (M, n); rows of W one after the other, then b."""
    M, m, n = W.shape
    _, dG, _ = solve(models, G, b, gradient=True, device=torch.device("cpu"))
    importance = np.broadcast_to(models.importance, (M, n))
    D = importance[:, :, None] * dG
    H4, mixed, last = np.zeros((M, m, n, m, n)), np.zeros((M, m, n, n)), np.zeros((M, n))
    for model, feature, H in curvature(models, G, b):
        for k in np.unique(model):
            rows = model == k
            i, part = feature[rows], importance[k, feature[rows]][:, None, None] * H[rows]
            _add(H4[k], mixed[k], last[k], W[k], i, part)
    a = np.arange(m)
    H4[:, a, :, a, :] += D + D.transpose(0, 2, 1)
    result = np.zeros((M, m * n + n, m * n + n))
    result[:, : m * n, : m * n] = H4.reshape(M, m * n, m * n)
    result[:, : m * n, m * n :] = mixed.reshape(M, m * n, n)
    result[:, m * n :, : m * n] = mixed.reshape(M, m * n, n).transpose(0, 2, 1)
    result[:, m * n + np.arange(n), m * n + np.arange(n)] = last
    return result


def untied_hessian(models: Models, W: Floats, W_out: Floats, G: Floats, b: Floats) -> Floats:
    """(M, P, P), P = 2mn + n, for W (M, m, n), W_out (M, n, m), G = W_out W and b (M, n); rows of W, then of W_out, then b."""
    M, m, n = W.shape
    _, dG, _ = solve(models, G, b, gradient=True, device=torch.device("cpu"))
    importance = np.broadcast_to(models.importance, (M, n))
    inside, mixed = np.zeros((M, m, n, m, n)), np.zeros((M, m, n, n, m + 1))  # by W; by W and by V_i, b_i
    own = np.zeros((M, n, m + 1, n, m + 1))  # by V_i, b_i
    a = np.arange(m)
    mixed[:, a, :, :, a] += (importance[:, :, None] * dG).transpose(0, 2, 1)
    for model, feature, H in curvature(models, G, b):
        for k in np.unique(model):
            i = feature[model == k]
            part = importance[k, i][:, None, None] * H[model == k]
            V, extended = W_out[k, i], np.zeros((m + 1, n + 1))
            extended[:m, :n], extended[m, n] = W[k], 1.0
            inside[k] += np.einsum("ia,ikl,ic->akcl", V, part[:, :n, :n], V, optimize=True)
            mixed[k][:, :, i] += np.einsum("ia,ikj,cj->akic", V, part[:, :n], extended, optimize=True)
            own[k, i, :, i] += np.einsum("aj,ijl,cl->iac", extended, part, extended, optimize=True)
    result = np.zeros((M, 2 * m * n + n, 2 * m * n + n))
    rows = np.arange(n * (m + 1)).reshape(n, m + 1)
    order = np.concatenate([rows[:, :m].ravel(), rows[:, m]])
    result[:, : m * n, : m * n] = inside.reshape(M, m * n, m * n)
    result[:, : m * n, m * n :] = mixed.reshape(M, m * n, -1)[:, :, order]
    result[:, m * n :, : m * n] = result[:, : m * n, m * n :].transpose(0, 2, 1)
    result[:, m * n :, m * n :] = own.reshape(M, n * (m + 1), -1)[:, order[:, None], order]
    return result


def _add(H4: Floats, mixed: Floats, last: Floats, W: Floats, i: np.ndarray, H: Floats) -> None:
    """The share of rows `i`, (r,), with second derivatives `H` (r, n + 1, n + 1), in the Hessian of one model."""
    n = W.shape[1]
    GG, Gb, own = H[:, :n, :n], H[:, :n, n], W[:, i]
    H4 += np.einsum("ai,ikl,ci->akcl", own, GG, own, optimize=True)
    WH = np.einsum("aj,ijl->ial", W, GG, optimize=True)  # (r, m, n)
    term = np.einsum("ial,ci->ialc", WH, own)
    H4[:, i] += term.transpose(1, 0, 3, 2)  # (a, k, c, l)
    H4.transpose(2, 3, 0, 1)[:, i] += term.transpose(1, 0, 3, 2)
    H4[:, i, :, i] += np.einsum("ial,cl->iac", WH, W, optimize=True)
    mixed[:, :, i] += np.einsum("ai,ik->aki", own, Gb)
    mixed[:, i, i] += np.einsum("aj,ij->ai", W, Gb)
    last[i] += H[:, n, n]
