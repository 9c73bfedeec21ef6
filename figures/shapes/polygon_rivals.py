"""Two ways in which five features might cost less than a pentagon, followed: uneven gaps, and a feature given up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot
from scipy.optimize import minimize

from analytic.polygon_proof.link import link
from numeric.law import OneHot
from numeric.population import value_and_gradient
from numeric.running.progress import Progress

from ..motifs.caption import Caption

TITLE = "The pentagon and its two rivals"
SEED = None
SECONDS = (6, 20)
Floats = npt.NDArray[np.float64]
_FEATURES, _WIDEST = 5, 40.0
_POINTS = (17, 41)


@dataclass(frozen=True)
class Path:
    """Models along a path: its `parameter` (k,), 3cK with all else at its best, W (k, 2, 5)."""

    parameter: Floats
    cost: Floats
    weights: Floats


@dataclass(frozen=True)
class Rivals:
    """`uneven`: gaps 72° + t cos 4πk/5, t in degrees. `given_up`: one norm is held, from the pentagon's to 0. `pentagon`: h₅."""

    uneven: Path
    given_up: Path
    pentagon: float


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Rivals:
    """Each point minimises over what is not held, from the point before it."""
    at = link(_FEATURES).at
    norm, bias, count = float(at.squared_norm) ** 0.5, float(at.bias), _POINTS[full]
    start = np.concatenate([np.full(5, norm), 2 * np.pi * np.arange(5) / 5, np.full(5, bias)])
    uneven = _path(np.linspace(0, _WIDEST, count), start, slice(5, 10), lambda t: np.cumsum(_gaps(t)))
    progress(0.5)
    given_up = _path(np.linspace(norm, 0, count), start, slice(0, 1), lambda length: np.array([length]))
    return Rivals(uneven, given_up, float(at.potential))


def _gaps(t: float) -> Floats:
    return np.radians(72 + t * np.cos(4 * np.pi * np.arange(5) / 5))


def _path(values: Floats, start: Floats, held: slice, at: Any) -> Path:
    """Minimise over norms, angles and biases (15,) but those `held`, which are `at` each of the values."""
    free = np.ones(15, dtype=bool)
    free[held] = False
    x, costs, weights = start.copy(), [], []

    def cost(y: Floats) -> tuple[float, Floats]:
        x[free] = y
        return _cost(x)[0], _cost(x)[1][free]

    for value in values:
        x[held] = at(float(value))
        found = minimize(cost, x[free], jac=True, method="BFGS", options={"gtol": 1e-9})
        x[free] = found.x
        costs.append(_cost(x)[0])
        weights.append(_weights(x))
    return Path(values, np.array(costs), np.array(weights))


def _weights(x: Floats) -> Floats:
    return np.asarray(x[:5] * np.stack([np.cos(x[5:10]), np.sin(x[5:10])]))


def _cost(x: Floats) -> tuple[float, Floats]:
    """3cK and its gradient in norms, angles and biases."""
    W, scale = _weights(x), 3 * _FEATURES
    found = value_and_gradient(W, x[10:], None, law=OneHot())
    gradient = np.asarray(found.W)
    along = np.stack([np.cos(x[5:10]), np.sin(x[5:10])])
    turned = x[:5] * np.stack([-along[1], along[0]])
    slopes = np.concatenate([(gradient * along).sum(0), (gradient * turned).sum(0), np.asarray(found.b)])
    return scale * float(found.value), scale * slopes


def caption(shown: Rivals) -> Caption:
    return Caption(
        "Two ways to leave the regular pentagon, one feature active among five: uneven gaps (left), and one norm held while all "
        "else is at its best (right).",
        "The dashed line is the pentagon's cost, certified to be the least of all.",
        "A wide gap saves less than a narrow one costs, and a feature given up costs more than the room that it leaves is worth.",
        (
            ("3cK of the pentagon", f"{shown.pentagon:.6f}"),
            ("gaps", "72° + t cos 4πk/5, with the best norms and biases"),
            ("right", "followed from the pentagon: a search, not a proof"),
            (
                "a feature given up",
                f"costs {shown.given_up.cost[-1]:.4f}; the other four could be stored without error",
            ),
        ),
    )


def draw(shown: Rivals) -> Any:
    figure, axes = pyplot.subplots(1, 2, figsize=(9.6, 4.6), layout="constrained")
    names = ("uneven gaps: t (degrees)", "norm of one feature")
    for panel, path, name in zip(axes, (shown.uneven, shown.given_up), names, strict=True):
        panel.plot(path.parameter, path.cost, color="#0072B2", linewidth=2)
        panel.axhline(shown.pentagon, color="black", linestyle="--", linewidth=1)
        panel.set(xlabel=name, ylabel="least 3cK, the rest at its best")
        panel.set_ylim(0, 1.3 * path.cost.max())
        last = len(path.parameter) - 1
        for place, k in zip((0.14, 0.5, 0.86), (0, last // 2, last), strict=True):
            inset = panel.inset_axes((place - 0.13, 0.74, 0.26, 0.26))
            _columns(inset, path.weights[k])
    axes[1].invert_xaxis()
    axes[0].text(0.98, 0.02, "dashed: pentagon", transform=axes[0].transAxes, ha="right")
    return figure


def _columns(axes: Any, W: Floats) -> None:
    for x, y in W.T:
        axes.plot([0, x], [0, y], "-", color="#D55E00", linewidth=1.5)
        axes.plot(x, y, "o", color="#D55E00", markersize=4)
    axes.set(xlim=(-1.9, 1.9), ylim=(-1.9, 1.9), aspect="equal")
    axes.axis("off")
