"""The exact route at the door: rationals, algebraic numbers and rigorous enclosures, from exact input; a float is refused, but
by `phase_diagram`, which evaluates the exact minima on whole arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import analytic.loss
from analytic.exact import Exact
from analytic.loss import Weights
from analytic.n2m1 import SmallestModel as SmallestModel
from analytic.n2m1 import phase_boundary as phase_boundary
from analytic.n2m1 import phase_diagram as phase_diagram
from analytic.n2m1.bias import certify as certify
from analytic.polytopes import polytope as polytope
from analytic.thomson import thomson as thomson
from analytic.winners import winners as winners

from .laws import Law, Number, for_exact

if TYPE_CHECKING:
    from sympy import Rational


def exact_loss(
    W: Weights,
    b: Sequence[Exact],
    sparsity: Number | Sequence[Number] | Law | None = None,
    importance: Sequence[Exact] | None = None,
    *,
    law: Law | None = None,
    W_out: Weights | None = None,
    output: str = "relu",
    target: str = "identity",
) -> Rational:
    """K as an exact rational. `W` (m, n), `b` (n,), `importance` (n,) or None for 1, all exact rationals; `sparsity` one exact
    number, one for each feature, or a law. `W_out` (n, m) of an untied model ReLU(W_out W x + b); `output` "relu" or "linear";
    `target` "identity" for E (x_i − f_i)², "absolute" for E (|x_i| − f_i)².

    ValueError as `analytic.loss.expected_loss`: floats, irrational entries (`enclose_loss`), more than 12 independent
    features (`loss`).

    >>> from antipodal import exact_loss
    >>> exact_loss([[1, "-1/2"], [0, "3/4"]], [0, "-1/8"], "9/10")
    43949/6489600
    >>> from antipodal import Independent, Magnitude
    >>> exact_loss([[1]], [0], Independent("1/2", magnitude=Magnitude.uniform(-1, 1)), target="absolute")  # half is lost
    1/12
    >>> exact_loss([[1, -3]], [0, 0], "1/2", W_out=[[1], ["-1/3"]])  # the tied pair, W = [[1, -1]], has 1/12
    25/324
    """
    rule = for_exact(sparsity, law)
    return analytic.loss.expected_loss(W, b, rule, importance, W_out=W_out, output=output, target=target)


def enclose_loss(
    W: Weights,
    b: Sequence[Exact],
    sparsity: Number | Sequence[Number] | Law | None = None,
    importance: Sequence[Exact] | None = None,
    *,
    law: Law | None = None,
    W_out: Weights | None = None,
    output: str = "relu",
    target: str = "identity",
    digits: int = 30,
) -> analytic.loss.Enclosure:
    """A rigorous ball around K, of radius ≤ 10^−digits · Σ I_i E x_i². As `exact_loss`, and W, W_out and b may hold exact real
    SymPy numbers.

    >>> from antipodal import enclose_loss
    >>> from sympy import sqrt
    >>> round(float(enclose_loss([[1 / sqrt(2), -1 / sqrt(2)]], [0, 0], "1/2").midpoint), 12)
    0.15625
    """
    rule = for_exact(sparsity, law)
    return analytic.loss.enclose_loss(W, b, rule, importance, digits, W_out=W_out, output=output, target=target)
