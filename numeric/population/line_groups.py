r"""T at the 64 nodes of a block, group by group: forward for the products, backward for the derivatives; compiled.

A group contributes a: Σ r_j φ_0(g_jζ) over its features, or r Π φ_0 where all of them are active together. Over the groups
but the row's own, e_1 and e_2 are what exactly one and exactly two active features contribute (each 0 unless `marked`), e_3
what more do, or all of them where nothing is marked.
"""

from __future__ import annotations

import math

from ..running.compiled import compiled
from .factors import Floats
from .line_block import (
    A_I,
    A_R,
    ALPHA_I,
    ALPHA_R,
    CUBE_I,
    CUBE_R,
    E1_I,
    E1_R,
    E2_I,
    E2_R,
    E3_I,
    E3_R,
    GAMMA_I,
    GAMMA_R,
    INVERSE_I,
    INVERSE_R,
    KAPPA_I,
    KAPPA_R,
    OMEGA,
    PHI_I,
    PHI_R,
    SHARE_I,
    SHARE_R,
    SLOPE_I,
    SLOPE_R,
    WEIGHT_I,
    WEIGHT_R,
    B,
    Row,
    moments,
    phi,
)


@compiled(inline=True)
def group_factor(row: Row, group: int, fine: Floats, work: Floats) -> None:
    """a of a group but for the row's own feature; the φ_0 of its last feature is left in `work`. A product over no features
    is r of the own one.
    """
    begun = False
    for j in range(row.start[group], row.start[group + 1]):
        if j == row.i:
            continue
        phi(row, j, fine, work)
        if not begun:
            for t in range(B):
                work[A_R + t], work[A_I + t] = row.r[j] * work[PHI_R + t], row.r[j] * work[PHI_I + t]
        elif row.together:
            for t in range(B):
                real = work[A_R + t] * work[PHI_R + t] - work[A_I + t] * work[PHI_I + t]
                work[A_I + t] = work[A_R + t] * work[PHI_I + t] + work[A_I + t] * work[PHI_R + t]
                work[A_R + t] = real
        else:
            for t in range(B):
                work[A_R + t] += row.r[j] * work[PHI_R + t]
                work[A_I + t] += row.r[j] * work[PHI_I + t]
        begun = True
    if not begun:
        for t in range(B):
            work[A_R + t], work[A_I + t] = row.r[row.i] if row.together else 0.0, 0.0


@compiled(inline=True)
def join_single(row: Row, group: int, work: Floats) -> None:
    """e_1, e_2, e_3 with one more group, of which one feature is active at a time."""
    off = row.off[group]
    for t in range(B):
        ar, ai = work[A_R + t], work[A_I + t]
        ur, ui = work[E3_R + t] + work[E2_R + t], work[E3_I + t] + work[E2_I + t]
        work[E3_R + t] = off * work[E3_R + t] + ar * ur - ai * ui
        work[E3_I + t] = off * work[E3_I + t] + ar * ui + ai * ur
        work[E2_R + t] += ar * work[E1_R + t] - ai * work[E1_I + t]
        work[E2_I + t] += ar * work[E1_I + t] + ai * work[E1_R + t]
        work[E1_R + t] += row.marked * ar
        work[E1_I + t] += row.marked * ai


@compiled(inline=True)
def join_several(row: Row, group: int, work: Floats) -> None:
    """e_1, e_2, e_3 with one more group, of which two or more features are active together."""
    off, pair = row.off[group], row.marked if row.start[group + 1] - row.start[group] == 2 else 0.0
    for t in range(B):
        ar, ai = work[A_R + t], work[A_I + t]
        ur = work[E3_R + t] + work[E2_R + t] + work[E1_R + t] + row.marked - pair
        ui = work[E3_I + t] + work[E2_I + t] + work[E1_I + t]
        work[E3_R + t] = off * work[E3_R + t] + ar * ur - ai * ui
        work[E3_I + t] = off * work[E3_I + t] + ar * ui + ai * ur
        work[E2_R + t] += pair * ar
        work[E2_I + t] += pair * ai


@compiled(inline=True)
def own_terms(row: Row, block: int, size: int, work: Floats) -> tuple[float, float, float]:
    """Re Σ of T, of its derivative by b and of that by the row's own g, over a block; what the other derivatives need is left
    in `work`. `size`: how many features of the own group are active together.
    """
    total, slope_b, slope_own = 0.0, 0.0, 0.0
    own = row.r[row.i]
    for t in range(B):
        zeta, inverse = complex(row.line, work[OMEGA + t]), complex(work[INVERSE_R + t], work[INVERSE_I + t])
        angle = row.b * work[OMEGA + t]
        F = 2 * row.scale * complex(math.cos(angle), math.sin(angle)) * inverse * inverse
        if block * B + t == 0:
            F *= 0.5
        elif block * B + t >= row.nodes:
            F *= 0.0
        p0, p1, p2 = moments(row.g[row.i] * zeta)
        siblings = complex(work[A_R + t], work[A_I + t])
        if row.together:
            kappa = F * siblings * (p0 * inverse - p1)
            d_kappa = F * siblings * (p1 - zeta * p2)
        else:
            kappa = F * ((siblings + own * p0) * inverse - own * p1)
            d_kappa = F * own * (p1 - zeta * p2)
        e1, e3 = complex(work[E1_R + t], work[E1_I + t]), complex(work[E3_R + t], work[E3_I + t])
        two = e3 + complex(work[E2_R + t], work[E2_I + t])
        cube = F * inverse * row.off[row.mine]
        X = two
        if size > 1:
            X += e1 + (row.marked if size > 2 else 0.0)
        T = cube * e3 + kappa * X
        total += T.real
        slope_b += (zeta * T).real
        slope_own += (X * d_kappa).real
        weight = X * kappa if row.together else X * F * inverse
        # d(e3)/da and dX/da of another single feature are (two - a (e1 - a))/(1 + a) and (two + e1 - a)/(1 + a).
        alpha, gamma = (cube + kappa) * two, 0j
        if row.marked != 0:
            alpha, gamma = cube * two + kappa * ((two if size == 1 else 1 + two) + e1), cube * e1
            if size == 1:
                gamma += kappa
        work[CUBE_R + t], work[CUBE_I + t] = cube.real, cube.imag
        work[KAPPA_R + t], work[KAPPA_I + t] = kappa.real, kappa.imag
        work[WEIGHT_R + t], work[WEIGHT_I + t] = weight.real, weight.imag
        work[ALPHA_R + t], work[ALPHA_I + t] = alpha.real, alpha.imag
        work[GAMMA_R + t], work[GAMMA_I + t] = gamma.real, gamma.imag
    return total, slope_b, slope_own


@compiled(inline=True)
def single_share(row: Row, group: int, work: Floats) -> None:
    """∂T/∂a of another group, of which one feature is active at a time."""
    off = row.off[group]
    for t in range(B):
        ar, ai = work[A_R + t], work[A_I + t]
        cr, ci = row.marked * work[CUBE_R + t], row.marked * work[CUBE_I + t]
        mr, mi = work[GAMMA_R + t] - (cr * ar - ci * ai), work[GAMMA_I + t] - (cr * ai + ci * ar)
        nr, ni = work[ALPHA_R + t] - (ar * mr - ai * mi), work[ALPHA_I + t] - (ar * mi + ai * mr)
        dr = off + ar
        q = 1 / (dr * dr + ai * ai + 1e-300)
        work[SHARE_R + t], work[SHARE_I + t] = (nr * dr + ni * ai) * q, (ni * dr - nr * ai) * q


@compiled(inline=True)
def several_share(row: Row, group: int, work: Floats) -> None:
    """a ∂T/∂a of another group, of which two or more features are active together."""
    pair = row.start[group + 1] - row.start[group] == 2
    for t in range(B):
        a, cube = complex(work[A_R + t], work[A_I + t]), complex(work[CUBE_R + t], work[CUBE_I + t])
        kappa, e1 = complex(work[KAPPA_R + t], work[KAPPA_I + t]), complex(work[E1_R + t], work[E1_I + t])
        two = complex(work[E3_R + t], work[E3_I + t]) + complex(work[E2_R + t], work[E2_I + t])
        if row.marked == 0:
            share = (cube + kappa) * two
        elif pair:
            share = cube * (two + e1 - a) + kappa * (1 + e1 + two)
        else:
            share = (cube + kappa) * (1 + e1 + two)
        share *= a / (row.off[group] + a)
        work[SHARE_R + t], work[SHARE_I + t] = share.real, share.imag


@compiled(inline=True)
def own_share(work: Floats) -> None:
    """What a sibling's derivative is of in the row's own group."""
    for t in range(B):
        work[SHARE_R + t], work[SHARE_I + t] = work[WEIGHT_R + t], work[WEIGHT_I + t]


@compiled(inline=True)
def along(row: Row, j: int, alone: bool, work: Floats) -> float:
    """Re Σ over a block of ∂T/∂g_j, from the group's share and the feature's φ_0 and slope, all in `work`; `alone` where its
    group has no other feature active with it.
    """
    total = 0.0
    if alone:
        for t in range(B):
            total += work[SHARE_R + t] * work[SLOPE_R + t] - work[SHARE_I + t] * work[SLOPE_I + t]
        total *= float(row.r[j])
        return total
    for t in range(B):
        pr, pi, wr, wi = work[PHI_R + t], work[PHI_I + t], work[SLOPE_R + t], work[SLOPE_I + t]
        q = 1 / (pr * pr + pi * pi)
        total += (work[SHARE_R + t] * (wr * pr + wi * pi) - work[SHARE_I + t] * (wi * pr - wr * pi)) * q
    return total
