r"""Rows of WᵀW by vertex sums in plain torch, on any device: twin of `vertex_kernel` and `vertex_hessian_kernel`.

V = F_i Π_{j≠i} F_j [z]_2 at z = b, as there: each factor is a sum of terms c t^d e^{hD}, h = 0 or g_j, d ≤ 1. With ρ = p/g,
r = 2ρ, c = r (1 + 1/g), and a prime for ∂/∂g,

.. math:: F_j = s - \rho t + \rho t\, e^{gD}, \quad F_i = 2s - c t + (c t - r)\, e^{gD}, \quad
          F_i' = -c' t + (c' t + c - r' - r t^{-1})\, e^{gD}

and so on. An entry of the gradient is V with a derivative in its factor's place, one of the Hessian with two, or with a
second one; ∂/∂b is t⁻¹. Where g_j = 0 or p_j = 0 they are F_j = 1, F_j' = (p/2) t⁻¹, F_j'' = (p/3) t⁻², and
F_i = 2 - p t⁻¹, F_i' = p t⁻¹ - (2p/3) t⁻², F_i'' = (2p/3) t⁻² - (p/2) t⁻³: all rows have all factors.

Tables have axes (power of z, vertex, row). The powers begin at -1, [z]_{-1} = 0, where a Hessian is wanted, else at 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

_CACHE, _DEVICE = 2**18, 2**25
"""Numbers in the largest table of a chunk of rows: what a processor's cache holds, what keeps a device busy."""

_EPSILON = 2.0**-52

_OTHER = (((0, 0), (0, 1), (1, 1)), ((0, -1), (0, 1), (1, 0), (1, 1)), ((0, -2), (0, 1), (1, -1), (1, 0), (1, 1)))
_OWN = (
    ((0, -1), (0, 0), (0, 1), (1, 0), (1, 1)),
    ((0, -2), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1)),
    ((0, -3), (0, -2), (0, 1), (1, -2), (1, -1), (1, 0), (1, 1)),
)
"""(h/g, d) of the terms of a factor, of its first and its second derivative."""

Factor = dict[tuple[int, int], Tensor]


class _Chunk(NamedTuple):
    """Some rows, rounded as in `vertex_kernel`: x_i is the first feature, the others follow."""

    b: Tensor  # (rows,)
    g: Tensor  # (n, rows)
    p: Tensor  # (n, rows)
    place: Tensor  # (rows, n): which feature comes j-th
    unit: Tensor  # (rows,)
    lost: Tensor  # (rows,): whether an entry was rounded to 0
    slope: Tensor  # (2, rows): the error of an entry of the gradient is the first × an error of V, plus the second


def rows(g: Tensor, b: Tensor, own: Tensor, p: Tensor, law: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """As `vertex_kernel.rows`, in tensors of one device: V (R,), errors (R, 2), ∂V/∂g (R, n) and ∂V/∂b (R,)."""
    value, error, dg, db = torch.empty_like(b), b.new_empty(len(b), 2), torch.empty_like(g), torch.empty_like(b)
    for part in _parts(len(b), (g.shape[1] + 3) << g.shape[1], g.device):
        chunk = _chunk(g[part], b[part], own[part], p[law[part]])
        value[part], rounding, slopes, db[part] = _values(chunk)
        dg[part] = torch.empty_like(slopes.T).scatter_(1, chunk.place, slopes.T)
        error[part, 0] = rounding + chunk.unit * (db[part].abs() + slopes.abs().sum(0))
        error[part, 1] = chunk.slope[0] * error[part, 0] + chunk.slope[1]
    return value, error, dg, db


def hessians(g: Tensor, b: Tensor, own: Tensor, p: Tensor, law: Tensor) -> tuple[Tensor, Tensor]:
    """As `vertex_hessian_kernel.hessians`: (R, n + 1, n + 1), the bias last, and the error of an entry, (R,)."""
    n = g.shape[1]
    H, error = g.new_empty(len(b), n + 1, n + 1), torch.empty_like(b)
    for part in _parts(len(b), (n + 4) << n + 1, g.device):
        chunk = _chunk(g[part], b[part], own[part], p[law[part]])
        factors = _factors(chunk, 3)
        place = torch.cat((chunk.place, torch.full_like(chunk.place[:, :1], n)), 1)
        row = torch.arange(len(place), device=g.device)[:, None, None]
        H[part][row, place[:, :, None], place[:, None]] = _hessian(chunk, factors).permute(2, 0, 1)
        positive = _hessian(chunk, [[_absolute(F) for F in kinds] for kinds in factors])
        jumps = chunk.lost & ((chunk.g[0] == 0) | (_vertices(chunk) == 0).any(0))
        moved = 2 * (n + 1) * chunk.unit * chunk.slope[0]  # as in `vertex_hessian_kernel`
        error[part] = torch.where(jumps, torch.inf, _EPSILON * positive.amax((0, 1)) + moved)
    return H, error


def _parts(count: int, numbers: int, device: torch.device) -> Iterator[slice]:
    size = max(1, (_CACHE if device.type == "cpu" else _DEVICE) // numbers)
    return (slice(start, start + size) for start in range(0, count, size))


def _chunk(g: Tensor, b: Tensor, own: Tensor, p: Tensor) -> _Chunk:
    n = g.shape[1]
    rest = torch.arange(n - 1, device=g.device)[None]
    place = torch.cat((own[:, None], rest + (rest >= own[:, None])), 1)
    given, p = g.gather(1, place).T, p.gather(1, place).T.contiguous()
    counted = torch.where(p > 0, given, 0).abs()
    unit = torch.ldexp(torch.ones_like(b), torch.frexp(b.abs() + counted.sum(0)).exponent - 53)
    g = (given / unit).round() * unit
    sizes = torch.where(g[0] != 0, torch.where(p > 0, g, 0).abs(), counted)
    least = torch.where(sizes == 0, torch.inf, sizes).amin(0)
    curvature = 1 + torch.where(given[0] == 0, 0, p[0] / given[0].abs())
    slope = torch.stack((1 / least, (n + 1) * unit * curvature))
    return _Chunk((b / unit).round() * unit, g, p, place, unit, ((g == 0) & (counted > 0)).any(0), slope)


def _factors(chunk: _Chunk, kinds: int) -> list[list[Factor]]:
    """Of each feature its factor and derivatives, `kinds` of them."""
    acts = (chunk.g != 0) & (chunk.p > 0)
    g = torch.where(acts, chunk.g, 1)
    rho, s, q = torch.where(acts, chunk.p / g, 0), torch.where(acts, 1 - chunk.p, 1), torch.where(acts, 0, chunk.p)
    rho1, rho2 = -rho / g, 2 * rho / g**2
    r, r1, r2 = 2 * rho[0], 2 * rho1[0], 2 * rho2[0]
    c, c1, c2 = r + r / g[0], r1 + 2 * r1 / g[0], r2 + 3 * r2 / g[0]
    s0, q0 = 2 * s[0], q[0]
    own: list[tuple[Tensor, ...]] = [
        (-q0, s0, -c, -r, c),
        (-2 / 3 * q0, q0, -c1, -r, c - r1, c1),
        (-q0 / 2, 2 / 3 * q0, -c2, -r, c - 2 * r1, 2 * c1 - r2, c2),
    ]
    others = [(s, -rho, rho), (q / 2, -rho1, rho, rho1), (q / 3, -rho2, rho, 2 * rho1, rho2)]
    named = [[dict(zip(*pair, strict=True)) for pair in zip(_OWN[:kinds], own[:kinds], strict=True)]]
    for j in range(1, len(g)):
        row = [[coefficient[j] for coefficient in given] for given in others[:kinds]]
        named.append([dict(zip(*pair, strict=True)) for pair in zip(_OTHER[:kinds], row, strict=True)])
    return named


def _absolute(factor: Factor) -> Factor:
    return {term: coefficient.abs() for term, coefficient in factor.items()}


def _vertices(chunk: _Chunk) -> Tensor:
    """z, (2^n, rows)."""
    z = chunk.b[None]
    for entry in chunk.g:
        z = torch.cat((z, z + entry))
    return z


def _powers(chunk: _Chunk, lowest: int) -> Tensor:
    """[z]_k at every vertex, up to k = n + 2."""
    z, n = _vertices(chunk), len(chunk.g)
    T = z.new_zeros(n + 3 - lowest, *z.shape)
    T[-lowest] = z >= 0
    T[1 - lowest] = positive = z.clamp_min(0)
    for k in range(2, n + 3):
        torch.mul(T[k - 1 - lowest], positive, out=T[k - lowest]).mul_(1 / k)
    return T


def _taken(factor: Factor, T: Tensor) -> Tensor:
    """T after one more factor, whose d are 0 and 1; the last power is lost."""
    half = T.shape[1] // 2
    ends = T[:, :half], T[:, half:]
    (h, d), *others = factor
    out = factor[h, d] * ends[h][d : len(T) - 1 + d]
    for h, d in others:
        out.addcmul_(factor[h, d], ends[h][d : len(T) - 1 + d])
    return out


def _given(factor: Factor, C: Tensor) -> Tensor:
    """C after one more factor. What a negative d would put below the lowest power is 0."""
    count, half, size = C.shape
    out = C.new_zeros(count + 1, 2, half, size)
    for (h, d), coefficient in factor.items():
        out[max(d, 0) : count + d, h].addcmul_(coefficient, C[max(-d, 0) :])
    return out.flatten(1, 2)


def _between(C: Tensor, factor: Factor, T: Tensor, by_b: int = 0) -> Tensor:
    """V with this factor between C and T, differentiated so many times by b: (rows,)."""
    count, half = C.shape[:2]
    total = torch.zeros_like(C[0, 0])
    for (h, d), coefficient in factor.items():
        e = d - by_b
        total += coefficient * (C[max(-e, 0) :] * T[max(e, 0) : count + e, h * half : (h + 1) * half]).sum((0, 1))
    return total


def _values(chunk: _Chunk) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """V, its rounding error, the gradient (n, rows) and ∂V/∂b."""
    factors = _factors(chunk, 2)
    C = [_nothing_counted(chunk, 0)]
    for F, _ in factors[:-1]:
        C.append(_given(F, C[-1]))
    T = A = _powers(chunk, 0)
    slopes = torch.empty_like(chunk.g)
    for j in range(len(factors) - 1, 0, -1):
        F, slope = factors[j]
        slopes[j] = _between(C[j], slope, T)
        T, A = _taken(F, T), _taken(_absolute(F), A)
    F, slope = factors[0]
    slopes[0] = _between(C[0], slope, T)
    return _between(C[0], F, T), _EPSILON * _between(C[0], _absolute(F), A), slopes, _between(C[0], F, T, by_b=1)


def _nothing_counted(chunk: _Chunk, lowest: int) -> Tensor:
    """C before the first factor: 1 at [z]_2."""
    C = chunk.b.new_zeros(3 - lowest, 1, len(chunk.b))
    C[-1] = 1
    return C


def _hessian(chunk: _Chunk, factors: Sequence[Sequence[Factor]]) -> Tensor:
    """(n + 1, n + 1, rows), in the chunk's order, the bias last."""
    n = len(factors)
    T = [_powers(chunk, -1)]
    for F, *_ in factors[:0:-1]:
        T.insert(0, _taken(F, T[0]))
    H = chunk.b.new_empty(n + 1, n + 1, len(chunk.b))
    C = _nothing_counted(chunk, -1)
    H[n, n] = _between(C, factors[0][0], T[0], by_b=2)
    for j, (F, slope, curvature) in enumerate(factors):
        H[j, j] = _between(C, curvature, T[j])
        H[j, n] = H[n, j] = _between(C, slope, T[j], by_b=1)
        moved = _given(slope, C)
        for k in range(j + 1, n):
            H[j, k] = H[k, j] = _between(moved, factors[k][1], T[k])
            moved = _given(factors[k][0], moved)
        C = _given(F, C)
    return H
