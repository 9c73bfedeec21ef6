r"""Targets whose learning coefficients are known from algebra: what toy models do not test, singular minima and m > 1.

* Monomials Σ Π x_i^{2k_i}: λ by the resolution that is the coordinate system itself.
* Reduced-rank regression ‖BA − C‖², A (H, M), B (N, H), C of rank r: Aoyagi and Watanabe 2005.
* The one-factor model, covariance aaᵀ + diag(d) of a Gaussian in p variables, at a strictly positive a: regular, λ = p
for p ≥ 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..arguments import Floats, entries, shown, whole
from .target import Target


def monomials(*exponents: Any) -> Target:
    """Σ over terms of Π_i x_i^{k_i} near 0; each term is a sequence of even exponents k_i ≥ 0.

    >>> monomials((2, 2)).name                          # x²y²: λ = 1/2 with multiplicity 2
    'x^2 y^2'
    """
    terms = [entries("exponents", term, 0, 64) for term in exponents]
    if not terms or any(len(term) != len(terms[0]) or not any(term) for term in terms):
        raise ValueError(f"exponents must be terms of one length with some k > 0, got {shown(exponents)}")
    if odd := [k for term in terms for k in term if k % 2]:
        raise ValueError(f"exponents must be even, got {odd[0]}")
    powers = np.array(terms)

    def loss(z: Floats) -> tuple[Floats, Floats]:
        factors = z[:, None, :] ** powers  # (chains, terms, d)
        gradient = np.zeros_like(z)
        for i in range(z.shape[1]):
            others = np.delete(factors, i, axis=2).prod(-1)
            slope = powers[:, i] * z[:, None, i] ** np.maximum(powers[:, i] - 1, 0)
            gradient[:, i] = (others * slope).sum(-1)
        return factors.prod(-1).sum(-1), gradient

    return Target(_name(terms), np.zeros(powers.shape[1]), 0.0, loss, window=1.0, boundless=True)


def reduced_rank(M: int, H: int, N: int, rank: int) -> Target:
    """‖BA − C‖² with C of this rank, at A and B equal to the identity on its first entries and 0 beyond; d = HM + NH.

    `reduced_rank_coefficient` has λ and m.
    """
    M, H, N = whole("M", M, 1, 64), whole("H", H, 1, 64), whole("N", N, 1, 64)
    r = whole("rank", rank, 0, min(M, H, N))
    A, B = np.eye(H, M), np.eye(N, H)
    A[r:], B[:, r:] = 0, 0
    C = B @ A

    def loss(z: Floats) -> tuple[Floats, Floats]:
        first, second = z[:, : H * M].reshape(-1, H, M), z[:, H * M :].reshape(-1, N, H)
        error = second @ first - C
        gradients = (second.transpose(0, 2, 1) @ error, error @ first.transpose(0, 2, 1))
        return (error**2).sum((1, 2)), 2 * np.concatenate([g.reshape(len(z), -1) for g in gradients], axis=1)

    return Target(
        f"RRR {M}·{H}·{N} rank {r}", np.concatenate([A.ravel(), B.ravel()]), 0.0, loss, window=1.0, boundless=True
    )


def reduced_rank_coefficient(M: int, H: int, N: int, rank: int) -> tuple[float, int]:
    """(λ, m) of `reduced_rank`. Source: M. Aoyagi, S. Watanabe, Neural Networks 18 (2005)."""
    M, H, N = whole("M", M, 1, 64), whole("H", H, 1, 64), whole("N", N, 1, 64)
    r = whole("rank", rank, 0, min(M, H, N))
    if N + r <= M + H and M + r <= N + H and H + r <= M + N:
        odd = (M + H + N + r) % 2
        return (-((H + r) ** 2) - M**2 - N**2 + 2 * (H + r) * (M + N) + 2 * M * N + odd) / 8, 1 + odd
    if N + r > M + H:
        return (H * M - H * r + N * r) / 2, 1
    if M + r > N + H:
        return (H * N - H * r + M * r) / 2, 1
    return M * N / 2, 1


def one_factor(p: int) -> Target:
    r"""The Kullback–Leibler divergence of N(0, Σ₀) from N(0, aaᵀ + diag(e^u)), at a = (1, …, 1), u = 0: 2p parameters, p
    ≥ 3.

    K = ½ (tr Σ⁻¹Σ₀ − p + log det Σ/det Σ₀). At p ≥ 3 the parameters are identified, so λ = p.
    """
    size = whole("p", p, 3, 64)
    true = np.ones((size, size)) + np.eye(size)
    constant = size + np.linalg.slogdet(true)[1]

    def loss(z: Floats) -> tuple[Floats, Floats]:
        a, variances = z[:, :size], np.exp(z[:, size:])
        covariance = a[:, :, None] * a[:, None, :] + variances[:, :, None] * np.eye(size)
        inverse = np.linalg.inv(covariance)
        inner = inverse @ true
        value = (np.trace(inner, axis1=1, axis2=2) + np.linalg.slogdet(covariance)[1] - constant) / 2
        slope = (inverse - inner @ inverse) / 2  # ∂K/∂Σ
        own = np.diagonal(slope, axis1=1, axis2=2) * variances
        return value, np.concatenate([2 * (slope @ a[:, :, None])[..., 0], own], axis=1)

    return Target(f"one factor, p = {size}", np.concatenate([np.ones(size), np.zeros(size)]), 0.0, loss, window=0.5)


def _name(terms: Sequence[Sequence[int]]) -> str:
    letters = "xyzuvw" if len(terms[0]) <= 6 else ""
    parts = [" ".join(f"{letters[i] if letters else f'x{i}'}^{k}" for i, k in enumerate(term) if k) for term in terms]
    return " + ".join(parts)
