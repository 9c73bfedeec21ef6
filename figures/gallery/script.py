"""What the module of a figure holds. mypy reads the list below and holds each figure to it, with one type of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from numeric.running.progress import Progress

from ..motifs.caption import Caption

N = TypeVar("N")


class Script(Protocol[N]):
    """Numbers are computed apart from the drawing, and both caption and drawing take them. `SEED`: None where nothing is
    random; `SECONDS`: CPU time, quick and full.
    """

    @property
    def TITLE(self) -> str: ...
    @property
    def SEED(self) -> int | None: ...
    @property
    def SECONDS(self) -> tuple[float, float]: ...

    def numbers(self, *, full: bool = False, device: str = "cpu", progress: Progress) -> N: ...
    def caption(self, shown: N, /) -> Caption: ...
    def draw(self, shown: N, /) -> Any: ...


if TYPE_CHECKING:
    from ..capacity import capacity_panels, capacity_sparsity, marginal_benefit
    from ..charges import thomson, thomson_fit, thomson_plate
    from ..directions import almost_orthogonal, bases, five_features
    from ..dynamics import dimensionality_jumps, loss_transitions, octahedron
    from ..finite_data import memorisation, memorisation_decay
    from ..learning_coefficients import (
        coefficients_at_n,
        estimator_board,
        phase_shares,
        polygon_plate,
        staircase,
        step_bias,
    )
    from ..population import nodes, noise_free
    from ..shapes import (
        atlas_beaten,
        atlas_dimensions,
        atlas_geometries,
        atlas_shares,
        binary_polytopes,
        correlated_sets,
        partial_correlation,
        polygon_link,
        polygon_rivals,
        polytopes,
        trees,
        uneven_sparsity,
        untied,
        why_these_shapes,
        winners,
    )
    from ..smallest_model import (
        antipodal_ray,
        basins,
        certified_branches,
        certified_phases,
        landscape,
        phase_diagram,
        signed_and_binary,
        three_on_one_axis,
        transition,
    )
    from ..sparsity import (
        adversarial,
        dimensionality_sweep,
        phase_diagrams_bias,
        privileged_basis,
        relu_against_linear,
        universality,
    )

    def _held(script: Script[N]) -> None: ...

    _held(adversarial)
    _held(almost_orthogonal)
    _held(antipodal_ray)
    _held(atlas_beaten)
    _held(atlas_dimensions)
    _held(atlas_geometries)
    _held(atlas_shares)
    _held(bases)
    _held(basins)
    _held(binary_polytopes)
    _held(capacity_panels)
    _held(capacity_sparsity)
    _held(certified_branches)
    _held(certified_phases)
    _held(coefficients_at_n)
    _held(correlated_sets)
    _held(dimensionality_jumps)
    _held(dimensionality_sweep)
    _held(estimator_board)
    _held(five_features)
    _held(landscape)
    _held(loss_transitions)
    _held(marginal_benefit)
    _held(memorisation)
    _held(memorisation_decay)
    _held(nodes)
    _held(noise_free)
    _held(octahedron)
    _held(partial_correlation)
    _held(phase_diagram)
    _held(phase_diagrams_bias)
    _held(phase_shares)
    _held(polygon_link)
    _held(polygon_plate)
    _held(polygon_rivals)
    _held(polytopes)
    _held(privileged_basis)
    _held(relu_against_linear)
    _held(signed_and_binary)
    _held(staircase)
    _held(step_bias)
    _held(thomson)
    _held(thomson_fit)
    _held(thomson_plate)
    _held(three_on_one_axis)
    _held(transition)
    _held(trees)
    _held(uneven_sparsity)
    _held(universality)
    _held(untied)
    _held(why_these_shapes)
    _held(winners)
