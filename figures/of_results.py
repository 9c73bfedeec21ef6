"""Any result as a picture, by the motifs of the figures."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib import pyplot
from matplotlib.axes import Axes

from analytic.n2m1 import Diagram, PhaseTransition, SmallestModel, phase_diagram
from analytic.polytopes import Polytope
from numeric.arguments import array, flag, instance, shown
from numeric.dynamics import Trajectory
from numeric.metrics import feature_norms, superposition
from numeric.minimise import LossSolution
from numeric.train import Training

from .motifs import arrows
from .motifs.colour_scale import colours
from .smallest_model import landscape
from .smallest_model.transition import ALIGNED, ANTIPODAL

Floats = npt.NDArray[np.float64]

_LARGEST = 1e100
"""Of weights: their products are drawn."""


def plot(result: Any, axes: Any = None, *, gram: bool = False) -> Any:
    """Draw a result on `axes`, or on new ones, and return them.

    - weights W (m, n), or what has them (`LossSolution`, `Judgement`, `Training`: its first model): the columns as arrows in
      the plane for m = 2; WᵀW for other m, or with `gram`
    - a `Polytope`: its vertices, likewise
    - a `SmallestModel`: the landscape of its loss with every critical point
    - a `PhaseTransition`: the least loss of both phases against sparsity
    - an `analytic.phase_diagram` of sparsities (rows) × importances (columns): norm and superposition of the second feature
    - a `numeric.dynamics.Trajectory`: D_i against training steps

    ValueError for anything else.

    >>> from antipodal import plot, polytope
    >>> plot(polytope("pentagon")).get_aspect()
    1.0
    """
    if axes is not None:
        instance("axes", axes, Axes, "matplotlib axes")
    flag("gram", gram)
    draw = next((draw for kind, draw in _DRAWN.items() if isinstance(result, kind)), None)
    if draw is None:
        W = _weights(result)
        draw, result = (_gram if gram or len(W) != 2 else _arrows), W
    with as_file(files("figures.gallery") / "style.mplstyle") as style, pyplot.style.context(Path(style)):
        at = pyplot.subplots()[1] if axes is None else axes
        draw(at, result)
        interactive = matplotlib.is_interactive()
    matplotlib.interactive(interactive)  # a notebook's backend, loaded by the first figure, sets it for all that follow
    return at


def _weights(result: Any) -> Floats:
    """W (m, n) of what has weights, or is weights."""
    if isinstance(result, Polytope):
        return np.array(result.vertices.tolist(), dtype=np.float64)
    if isinstance(result, Training):
        return result.W[0].numpy()
    given = result.W if isinstance(result, LossSolution) or hasattr(result, "geometry") else result
    try:
        W = array("result", given)
    except ValueError:
        W = np.zeros(0)
    if W.ndim != 2 or 0 in W.shape:
        raise ValueError(
            "result must be weights (m, n), a LossSolution, Judgement, Training, Polytope, SmallestModel, PhaseTransition, "
            f"phase diagram or Trajectory, got {shown(result)}"
        )
    if np.abs(W).max() > _LARGEST:
        raise ValueError(f"result must hold weights of size {_LARGEST:g} at most, got {np.abs(W).max():g}")
    return W


def _arrows(axes: Any, W: Floats) -> None:
    reach = 1.4 * max(1.0, float(np.linalg.norm(W, axis=0).max()))
    arrows.draw(axes, W, [str(i) for i in range(W.shape[1])], reach=reach)
    axes.set_title("columns of W, by feature")


def _gram(axes: Any, W: Floats) -> None:
    G = W.T @ W
    size = float(np.abs(G).max()) or 1.0
    shade = axes.imshow(G, cmap="PuOr_r", vmin=-size, vmax=size)
    axes.figure.colorbar(shade, ax=axes, label="$(W^T W)_{ij}$")
    axes.set_xlabel("feature j")
    axes.set_ylabel("feature i")


def _landscape(axes: Any, model: SmallestModel) -> None:
    points = model.critical_points()
    reach = max(landscape.EXTENT, 1.2 * max(abs(w) for point in points for w in point.floats))
    landscape.draw_on(axes, landscape.landscape(model, np.linspace(-reach, reach, 301)))
    axes.set_ylabel("weight of feature 2, $w_2$")
    axes.legend(handles=landscape.handles(), fontsize=8, loc="upper right")


def _transition(axes: Any, transition: PhaseTransition) -> None:
    _, first, second, penalty = (float(number) for number in transition.model.parameters)
    if penalty:
        raise ValueError(f"result must be a phase transition without penalty, got penalty {penalty}")
    s = np.linspace(0, 1, 401)[:-1]
    found = phase_diagram(s, second / first)
    for phase, colour, beaten in (("aligned", ALIGNED, found.antipodal), ("antipodal", ANTIPODAL, ~found.antipodal)):
        axes.plot(s, first * (found.loss + np.where(beaten, np.abs(found.gap), 0)), color=colour, label=phase)
    axes.axvline(float(transition.value), color="0.4", linewidth=1, linestyle="--", label="s*")
    axes.set_xlabel("sparsity s")
    axes.set_ylabel("least expected loss K")
    axes.legend()


def _diagram(axes: Any, diagram: Diagram) -> None:
    if diagram.loss.ndim != 2:
        raise ValueError(f"result must be a phase diagram with two axes, got shape {diagram.loss.shape}")
    W = np.stack([diagram.w1, diagram.w2], axis=-1)[..., None, :]
    shades = colours(feature_norms(W)[..., 1], superposition(W)[..., 1])
    density, importance = 1 - diagram.sparsity[:, 0], diagram.importance[0]
    if shades.shape[0] > 1 and shades.shape[1] > 1:
        axes.pcolormesh(importance, density, shades, shading="nearest", rasterized=True)
        axes.contour(importance, density, diagram.gap, levels=[0], colors="black")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.invert_yaxis()
    axes.set_xlabel("importance of feature 2, $I_2/I_1$")
    axes.set_ylabel("density, 1 − s   (sparser upwards)")


def _trajectory(axes: Any, trajectory: Trajectory) -> None:
    for feature, values in enumerate(trajectory.D.T):
        axes.plot(trajectory.steps, values, label=f"feature {feature}")
    axes.set_xscale("log")
    axes.set_xlabel("training step")
    axes.set_ylabel("feature dimensionality $D_i$")


_DRAWN: dict[type, Callable[[Any, Any], None]] = {
    SmallestModel: _landscape,
    PhaseTransition: _transition,
    Diagram: _diagram,
    Trajectory: _trajectory,
}
