"""One's own W and b, judged: their loss without sampling, and how far it lies above the least that is known."""

from __future__ import annotations

import time
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

import analytic.exact
import analytic.loss
import numeric.train
from analytic.exact import rational
from analytic.exact.printed import short
from analytic.loss import MOST_VERTICES, Enclosure, vertex_count
from numeric import population
from numeric.arguments import Floats, bias, choice, importance_row, matrix, number, readout, shown, sizes_known, whole
from numeric.geometry import Geometry, describe
from numeric.metrics import feature_dimensionality, feature_norms
from numeric.population import OUTPUTS, TARGETS
from numeric.printed import html_table

from .laws import Independent, Law, exact_law, exactly, float_law, floats, the_law
from .least import Known, Setting, least

if TYPE_CHECKING:
    from sympy import Rational

_FEATURES = 12
_TERMS_A_SECOND = 150_000
_ACCURACY = 1e-9
"""Of a loss, as a share of it: a least loss that is smaller beside it may be 0."""
_RATIONAL = 1 << 8
"""Vertices up to which the loss of floats is computed as the rational number that it is."""


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Judgement(numeric.train.Judgement):
    """What `judge` found of one model; `print` shows it as a table. `Training.judge` returns the same for a stack, with losses
    alone.

    `loss`: K, without sampling. `exact`: K of these very floats, a rational, beyond eight features an `Enclosure`, beyond twelve
    or so None. `least`: the least K known over all W and b, and `least_from` "certified" (proved), "atlas" or "search" (found,
    nothing proved) or None (not known); `least_geometry` says what has it, `note` how it was come by. `gap`: `loss` − `least`,
    not negative: where no search came lower, the least known is that of W itself. `feature_losses` E(x_i − f_i)² and
    `dimensionality` D_i, (n,). `W_out`: (n, m) of an untied model, None for Wᵀ; geometry and dimensionality are those of W.

    >>> from antipodal import judge
    >>> judge([[1.0, -1.0]], [0.0, 0.0], "43/100")
    Judgement: loss 0.1083, least 0.09311979741 (certified), gap 0.015; digon
    """

    loss: float
    W: Floats
    b: Floats
    W_out: Floats | None
    output: str
    target: str
    law: Law
    importance: Floats
    exact: Rational | Enclosure | None
    least: float | None
    least_from: str | None
    gap: float | None
    least_geometry: str
    note: str
    feature_losses: Floats
    geometry: Geometry
    dimensionality: Floats

    def __str__(self) -> str:
        """A line for each finding, and one for each feature (of the first twelve)."""
        lines = [f"{name:<9}{text}" for name, text in self._findings()]
        head, rows = self._features()
        shown = [
            " ".join(f"{cell:>{width}}" for cell, width in zip(row, (7, 10, 10, 10, 12), strict=True))
            for row in [head, *rows]
        ]
        return "\n".join([*lines, *shown])

    def __repr__(self) -> str:
        least = "" if self.least is None else f", least {self.least:.10g} ({self.least_from}), gap {self.gap:.2g}"
        return f"Judgement: loss {self.loss:.10g}{least}; {self.geometry}"

    def _repr_html_(self) -> str:
        head, rows = self._features()
        findings = html_table(("", ""), self._findings(), most=1000)
        return findings + html_table(head, rows, most=1000)

    def __float__(self) -> float:
        """The loss."""
        return self.loss

    def _findings(self) -> list[tuple[str, str]]:
        nothing = "not known: too many parameters to search"
        share = ""
        if self.gap is not None and self.least is not None and self.least > _ACCURACY * self.loss:
            share = f" ({self.gap / self.least:.2%} of the least)"
        exact = (
            repr(self.exact)
            if isinstance(self.exact, Enclosure)
            else short(self.exact)
            if self.exact is not None
            else ""
        )
        found = {
            "loss": f"{self.loss:.12g}",
            "exact": exact,
            "least": nothing if self.least is None else f"{self.least:.12g} ({self.least_from}: {self.least_geometry})",
            "gap": "" if self.gap is None else f"{self.gap:.3g}{share}",
            "note": self.note,
            "geometry": str(self.geometry),
        }
        return [(name, text) for name, text in found.items() if text]

    @sizes_known()
    def _features(self) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        """Columns and rows of a table of the features."""
        columns = (feature_norms(self.W), self.b, self.dimensionality, self.feature_losses)
        rows = [(str(i), *(f"{value:.4g}" for value in row)) for i, row in enumerate(zip(*columns, strict=True))]
        if len(rows) > _FEATURES:
            rows = [*rows[:_FEATURES], ("…", f"{len(rows)} in all", "", "", "")]
        return ("feature", "norm", "b", "D", "E(x − f)²"), rows


def judge(
    W: Any,
    b: Any,
    sparsity: Any = None,
    *,
    importance: Any = None,
    law: Any = None,
    W_out: Any = None,
    output: str = "relu",
    target: str = "identity",
    starts: int = 64,
    seconds: float = 30,
) -> Judgement:
    """The loss of a model ReLU(WᵀWx + b), how far it lies above the least known, and what its columns form.

    `W` (m, n), `b` (n,) or None for 0, arrays, tensors or exact numbers; `sparsity` a number, one for each feature, or a law;
    `importance` None for 1, a number, or one for each feature. The least loss is over all W and b: proved for n = 2, m = 1
    and independent features of one sparsity; otherwise that of the atlas where it has the setting, or a descent from W itself
    where that is lower; otherwise the lowest of such a descent, of one from the nearest entry of the atlas, of `starts` random
    starts, and, for features that are alike, of the catalogue of packings. The search ends after about `seconds`. `W_out` (n, m)
    of an untied model ReLU(W_out W x + b), whose least is over W_out, too; `output` "relu", or "linear" without the ReLU, whose
    least is proved up to twelve features, of tied models where importances are equal; `target` "identity" for E(x_i − f_i)²,
    "absolute" for E(|x_i| − f_i)², whose least is searched for where values are negative. ValueError on bad input.

    >>> from antipodal import judge
    >>> judged = judge([[1.0, -1.0]], [0.0, 0.0], "43/100")
    >>> judged.least_from, round(judged.least, 10), round(judged.gap, 6)
    ('certified', 0.0931197974, 0.01518)
    """
    began = time.monotonic()
    choice("output", output, OUTPUTS)
    choice("target", target, TARGETS)
    with nullcontext() if W_out is None else sizes_known():
        weights = matrix(floats(W, "W"))
    n = weights.shape[1]
    out = readout(floats(W_out, "W_out"), weights.shape)
    given = bias(floats(b, "b"), weights.shape)
    zeros = np.zeros(n) if given is None else given
    rule = _law(sparsity, law)
    starts, seconds = whole("starts", starts, 1), number("seconds", seconds, "(0, inf)")
    weight = importance_row(floats(importance, "importance"), n)
    plain = tuple(
        read if given is None or hasattr(given, "shape") else given
        for given, read in ((W, weights), (b, zeros), (importance, weight), (W_out, out))
    )
    setting = Setting(weights, zeros, rule, weight, began + seconds, out, output, target)
    return _judged(setting, plain, starts, seconds)


@sizes_known()
@analytic.exact.sizes_known()
def _judged(setting: Setting, plain: tuple[Any, ...], starts: int, seconds: float) -> Judgement:
    """`plain`: W, b, importance and W_out, exact where they came so."""
    W, b, (sparsity, law) = setting.W, setting.b, float_law(setting.law)
    kind: dict[str, Any] = {"W_out": setting.W_out, "output": setting.output, "target": setting.target}
    loss = max(0.0, float(population.expected_loss(W, b, sparsity, setting.importance, law=law, **kind)))
    exact = _exact(plain, setting, seconds)
    known = least(setting, starts)
    value, gap = _gap(loss, exact, known)
    return Judgement(
        loss=loss,
        W=W,
        b=b,
        W_out=setting.W_out,
        output=setting.output,
        target=setting.target,
        law=setting.law,
        importance=setting.importance,
        exact=exact,
        least=value,
        least_from=known.source if known else None,
        gap=gap,
        least_geometry=known.what if known else "",
        note=known.how if known else "",
        feature_losses=np.maximum(population.feature_losses(W, b, sparsity, law=law, **kind), 0),
        geometry=describe(W, b),
        dimensionality=feature_dimensionality(W),
    )


def _law(sparsity: Any, law: Any) -> Law:
    found = the_law(sparsity, law)
    if isinstance(found, Law):
        return found
    if law is not None:
        raise ValueError(f"law must be a law of antipodal, such as OneHot(), got {shown(law)}")
    return Independent(found)


def _gap(loss: float, exact: Any, known: Known | None) -> tuple[float | None, float | None]:
    """The least, and how far the loss is above it. A search has been at W itself: what it found is not above the loss but for
    rounding, and is then the loss; of what is proved, the gap is that of exact numbers."""
    if known is None:
        return None, None
    if known.lower is not None and exact is not None:
        return known.value, float(rational(exact, "exact") - known.lower)
    value = max(0.0, min(known.value, loss))
    return value, loss - value


def _exact(model: tuple[Any, ...], setting: Setting, seconds: float) -> Rational | Enclosure | None:
    """K of these very floats; None where it has too many terms, or would take a large part of the time."""
    W, b, importance, out = model
    rule, n = exact_law(setting.law, taken=True), len(b)
    count = n if setting.output == "linear" else vertex_count(rule, n)
    if count > MOST_VERTICES or n * n * count > _TERMS_A_SECOND * seconds / 3:
        return None
    weight = exactly(importance, "importance")
    given = exactly(W, "W"), exactly(b, "b"), rule, weight if isinstance(weight, tuple) else (weight,) * n
    kind: dict[str, Any] = {
        "W_out": None if out is None else exactly(out, "W_out"),
        "output": setting.output,
        "target": setting.target,
    }
    route = analytic.loss.expected_loss if count <= _RATIONAL else analytic.loss.enclose_loss
    return route(*given, **kind)
