r"""The supports of at most two active features, in array operations of torch: twin of `few_kernel`, and second derivatives.

For a pair, z = b + gx + hy with \|g\| ≥ \|h\|, means over x are elementary and piecewise polynomials in y of degree three at
most: two Gauss nodes on each piece make the means exact. The second derivative of E z_+² is 2 E ∇z ∇zᵀ 1[z > 0], that of
E x_i z_+ the mean of x_i ∇z ∇zᵀ on the line z = 0, ∇z = (x, y, 1), over \|g\|.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from ..running.compiled import AVAILABLE
from .factors import Floats, Rows
from .few_kernel import LEAST, few_sums

_NODES = (0.5 - 0.5 / 3**0.5, 0.5 + 0.5 / 3**0.5)
_CHUNK = 2**22  # pairs at a time


@dataclass(frozen=True, eq=False)
class _Part:
    """Some rows, turned by their sign: c (R,), g (R, n); the probabilities of each feature alone, w (R, n), of the two of
    its group alone, `both` (R, n), and of nothing (R,).
    """

    sign: Tensor
    c: Tensor
    g: Tensor
    w: Tensor
    both: Tensor
    nothing: Tensor
    own: Tensor


@dataclass(frozen=True, eq=False)
class _Pairs:
    """`row`, `first`, `second`: (pairs,); `weight`: P of exactly these two, `own`: the row's sign where `first` is its own
    feature, else 0 (`second` never is).
    """

    row: Tensor
    first: Tensor
    second: Tensor
    weight: Tensor
    own: Tensor


def few_active(rows: Rows, sign: Floats, device: torch.device) -> tuple[Floats, Floats, Floats]:
    """E f over these supports, its derivatives by g (R, n) and b (R,): f = z_+² - 2 x_i z_+ where `sign` (R,) is 1,
    -(-z)_+² - 2 x_i (-z)_+ where it is -1, nothing where it is 0. Compiled on a CPU with numba.
    """
    value, dg, db = np.zeros(len(rows)), np.zeros_like(rows.g), np.zeros(len(rows))
    if AVAILABLE and device.type == "cpu":
        start, together = rows.form.start, rows.form.together
        few_sums(rows.g, rows.b, rows.own, rows.ratio, start, together, rows.log_nothing, sign, value, dg, db)
        return value, dg, db
    for some, part in _parts(rows, sign, device):
        total, slope, along = _up_to_one(part)
        even = _even(part, rows)
        for more in (_even_pairs(part, even), *_by_gauss(part, _pairs(part, rows, even))):
            total, slope, along = total + more[0], slope + more[1], along + more[2]
        value[some] = (part.sign * total).cpu().numpy()
        dg[some], db[some] = along.cpu().numpy(), slope.cpu().numpy()
    return value, dg, db


def few_curvature(rows: Rows, sign: Floats) -> Floats:
    """Second derivatives of `few_active` by (g, b), (R, n + 1, n + 1)."""
    n = rows.g.shape[1]
    result = np.zeros((len(rows), n + 1, n + 1))
    for some, part in _parts(rows, sign, torch.device("cpu")):
        H = torch.zeros(len(some), n + 1, n + 1, dtype=torch.float64)
        H[:, n, n] += 2 * part.nothing * (part.c >= 0)
        mine = _is_own(part) * part.sign[:, None]
        line, x0 = _crossing(part.c[:, None], part.g)
        _, _, _, *areas = _means(part.c[:, None].expand_as(part.g), part.g)
        bb, bg, gg = (2 * part.w * (area - mine * line * x0**k) for k, area in zip((1, 2, 3), areas, strict=True))
        H[:, n, n] += bb.sum(1)
        H[:, n, :n] += bg
        H[:, :n, n] += bg
        H[:, torch.arange(n), torch.arange(n)] += gg
        nothing_even = torch.zeros(len(some), n, n, dtype=torch.bool)
        pairs = _pairs(part, rows, nothing_even)
        place = torch.stack((pairs.first, pairs.second, torch.full_like(pairs.row, n)), dim=1)
        H.index_put_(
            (pairs.row[:, None, None], place[:, :, None], place[:, None]), _pair_curvature(part, pairs), accumulate=True
        )
        result[some] = (part.sign[:, None, None] * H).numpy()
    return result


def _parts(rows: Rows, sign: Floats, device: torch.device) -> Iterator[tuple[np.ndarray, _Part]]:
    n, degree = rows.g.shape[1], rows.form.degree[rows.form.group]
    chosen = np.flatnonzero(sign)
    for some in np.split(chosen, range(0, len(chosen), max(1, _CHUNK // n**2))[1:]):
        nothing = np.exp(rows.log_nothing[some])
        arrays = (
            sign[some],
            sign[some] * rows.b[some],
            sign[some, None] * rows.g[some],
            *(np.where(degree == count, nothing[:, None] * rows.ratio[some], 0.0) for count in (1, 2)),
            nothing,
            rows.own[some],
        )
        yield some, _Part(*(torch.from_numpy(array).to(device) for array in arrays))


def _is_own(part: _Part) -> Tensor:
    return (torch.arange(part.g.shape[1], device=part.own.device) == part.own[:, None]).to(part.g)


def _means(c: Tensor, g: Tensor) -> tuple[Tensor, ...]:
    """E z_+², E z_+, E x z_+ and E 1, E x, E x² where z > 0, for z = c + gx, x uniform on [0, 1]."""
    d = c + g
    up, cut = (c >= 0) & (d >= 0), (c > 0) != (d > 0)
    rising = cut & (d > 0)
    safe = torch.where(cut, g, 1.0)
    t, rest = -c / safe, d / safe  # z is positive from t on, or up to t
    z2 = torch.where(rising, d * d * rest / 3, c * c * t / 3)
    z1 = torch.where(rising, d * rest / 2, c * t / 2)
    xz = torch.where(rising, d * rest * (1 - rest / 3) / 2, c * t * t / 6)
    one = torch.where(rising, rest, t)
    x = torch.where(rising, rest * (1 - rest / 2), t * t / 2)
    xx = torch.where(rising, 1 - t * t * t, t * t * t) / 3
    parts = (torch.where(cut, part, 0.0) for part in (z2, z1, xz, one, x, xx))
    whole = (c * c + c * g + g * g / 3, c + g / 2, c / 2 + g / 3, *(torch.full_like(c, k) for k in (1, 1 / 2, 1 / 3)))
    return tuple(torch.where(up, a, b) for a, b in zip(whole, parts, strict=True))


def _crossing(c: Tensor, g: Tensor) -> tuple[Tensor, Tensor]:
    """1/|g| where z = c + gx vanishes inside [0, 1], else 0; and where."""
    cut = (c > 0) != (c + g > 0)
    safe = torch.where(cut, g, 1.0)
    return torch.where(cut, 1 / safe.abs(), 0.0), torch.where(cut, -c / safe, 0.0)


def _up_to_one(part: _Part) -> tuple[Tensor, Tensor, Tensor]:
    c, mine = part.c.clamp_min(0), _is_own(part) * part.sign[:, None]
    z2, z1, xz, _, x, xx = _means(part.c[:, None].expand_as(part.g), part.g)
    value = part.nothing * c * c + (part.w * (z2 - 2 * mine * xz)).sum(1)
    slope = 2 * part.nothing * c + (part.w * 2 * (z1 - mine * x)).sum(1)
    return value, slope, part.w * 2 * (xz - mine * xx)


def _even(part: _Part, rows: Rows) -> Tensor:
    """(R, n, n), pairs of different groups without the own feature for which the second difference is good, both ways."""
    size = part.g.abs()
    reach = torch.maximum(part.c.abs()[:, None], (part.c[:, None] + part.g).abs())[:, :, None] + size[:, None]
    reach = torch.maximum(reach, reach.mT)
    product, least = size[:, :, None] * size[:, None], torch.minimum(size[:, :, None], size[:, None])
    group = torch.from_numpy(rows.form.group).to(size.device)
    active = (part.w > 0) & (_is_own(part) == 0)
    good = (reach > LEAST) & (product > 2e-3 * reach * reach) & (least > 5e-3 * reach) & (group[:, None] != group)
    return good & active[:, :, None] & active[:, None]


def _even_pairs(part: _Part, even: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """E z_+² = second difference of z_+⁴/12 over the vertices, divided by both slopes."""
    c, g = part.c, part.g
    paired = even.any(2)
    inverse = torch.where(paired, 1 / torch.where(paired, g, 1.0), 0.0)
    w = part.w * inverse / part.nothing.sqrt()[:, None]
    weight = torch.where(even, w[:, :, None] * w[:, None], 0.0)
    edge, base = (c[:, None] + g).clamp_min(0), c.clamp_min(0)[:, None, None]
    corner = (c[:, None, None] + g[:, :, None] + g[:, None]).clamp_min(0)
    quartic = corner**4 - edge[:, :, None] ** 4 - edge[:, None] ** 4 + base**4
    cubic = corner**3 - edge[:, :, None] ** 3
    mean = weight * quartic / 12
    along = (weight * cubic / 3).sum(2) - inverse * mean.sum(2)
    slope = (weight * (cubic - edge[:, None] ** 3 + base**3)).sum((1, 2)) / 6
    return mean.sum((1, 2)) / 2, slope, along


def _pairs(part: _Part, rows: Rows, even: Tensor) -> _Pairs:
    """All pairs that can be active alone and are not `even`, the own feature first."""
    form, device = rows.form, part.g.device
    group = torch.from_numpy(form.group).to(device)
    n = len(group)
    apart = part.w[:, :, None] * part.w[:, None] / part.nothing[:, None, None]
    weight = torch.where(group[:, None] != group, apart, part.both[:, :, None])
    wanted = (weight > 0) & ~even & torch.ones(n, n, dtype=torch.bool, device=device).triu(1)
    row, first, second = wanted.nonzero().unbind(1)
    turn = second == part.own[row]
    first, second = torch.where(turn, second, first), torch.where(turn, first, second)
    own = torch.where(first == part.own[row], part.sign[row], 0.0)
    return _Pairs(row, first, second, weight[row, first, second], own)


def _by_gauss(part: _Part, pairs: _Pairs) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Value (R,), and derivatives by b (R,) and g (R, n), of some pairs at a time."""
    for some in torch.arange(len(pairs.row), device=part.g.device).split(_CHUNK // 4):
        row, first, second, weight, own = (array[some] for array in vars(pairs).values())
        c, a, h = part.c[row], part.g[row, first], part.g[row, second]
        swapped = a.abs() < h.abs()
        g, k = torch.where(swapped, h, a), torch.where(swapped, a, h)
        value, slope, to_g, to_k = (torch.zeros_like(c) for _ in range(4))
        for width, y in _gauss(c, g, k):
            z2, z1, xz, one, x, xx = _means(c + k * y, g)
            mine = 2 * own
            value = value + width * (z2 - mine * torch.where(swapped, y * z1, xz))
            slope = slope + width * (2 * z1 - mine * torch.where(swapped, y * one, x))
            to_g = to_g + width * (2 * xz - mine * torch.where(swapped, y * x, xx))
            to_k = to_k + width * (2 * y * z1 - mine * torch.where(swapped, y * y * one, y * x))
        along = torch.zeros_like(part.g)
        for feature, slope_of in (
            (first, torch.where(swapped, to_k, to_g)),
            (second, torch.where(swapped, to_g, to_k)),
        ):
            along.index_put_((row, feature), weight * slope_of, accumulate=True)
        nothing = torch.zeros_like(part.c)
        yield nothing.index_add(0, row, weight * value), nothing.index_add(0, row, weight * slope), along


def _gauss(c: Tensor, g: Tensor, k: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Weights and places in y of two nodes on each piece on which the sign of c + ky and of c + g + ky is constant."""
    safe = torch.where(k == 0, 1.0, k)
    ends = [torch.where(k == 0, 0.0, -value / safe).clamp(0, 1) for value in (c, c + g)]
    cuts = (torch.zeros_like(c), torch.minimum(*ends), torch.maximum(*ends), torch.ones_like(c))
    for low, high in pairwise(cuts):
        for node in _NODES:
            yield (high - low) / 2, low + (high - low) * node


def _pair_curvature(part: _Part, pairs: _Pairs) -> Tensor:
    """Second derivatives by the slopes of `first`, of `second`, and by b, (pairs, 3, 3)."""
    c, a, h = part.c[pairs.row], part.g[pairs.row, pairs.first], part.g[pairs.row, pairs.second]
    swapped = a.abs() < h.abs()
    g, k = torch.where(swapped, h, a), torch.where(swapped, a, h)
    H = c.new_zeros(len(c), 3, 3)  # by the larger, the smaller, b
    for width, y in _gauss(c, g, k):
        _, _, _, one, x, xx = _means(c + k * y, g)
        areas = torch.stack((xx, y * x, x, y * x, y * y * one, y * one, x, y * one, one), dim=1).reshape(-1, 3, 3)
        line, x0 = _crossing(c + k * y, g)
        place = torch.stack((x0, y, torch.ones_like(y)), dim=1)
        mine = pairs.own * line * torch.where(swapped, y, x0)
        edge = mine[:, None, None] * place[:, :, None] * place[:, None]
        H = H + 2 * (pairs.weight * width)[:, None, None] * (areas - edge)
    turned = torch.tensor((1, 0, 2))
    return torch.where(swapped[:, None, None], H[:, turned][:, :, turned], H)
