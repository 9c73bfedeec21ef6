"""What `numeric.geometry.describe` finds: components of a weight matrix, and how they print."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ..printed import html_table, line
from .polytope_names import tegum_name


@dataclass(frozen=True)
class Component:
    """Features that share dimensions with each other and with no others.

    `name`: as in `numeric.geometry.catalogue`; "dedicated" for one feature alone, "aligned pair" or "5 aligned" for features
    of one direction, otherwise "unnamed". `nearest`: the name, or for an unnamed one of at most 24 members the polytope with
    the nearest cosines, if none of them is off by more than 1/4; None otherwise.
    `residual`: the largest difference between its cosines and those of `nearest`, infinite without one.
    `members`: feature indices; of a named component in the order of its vertices, a polygon's neighbours side by side.
    `dimension`: of the polytope; for an unnamed one, singular values of its unit columns above tolerance × the largest.
    `scale`: the root mean square of the norms. `norm_spread`: the largest |‖W_i‖/scale − 1|.
    `dimensionality`: D_i of the members, in W as it is. `ideal`: D of the polytope, None for an unnamed one.
    `height`: the ring height of an antiprism (1/√3 ≈ 0.577 for the tight frame), None for others.
    `bias`: of the members, None if no b was given.
    """

    name: str
    members: tuple[int, ...]
    dimension: int
    scale: float
    norm_spread: float
    dimensionality: tuple[float, ...]
    ideal: float | None
    residual: float
    nearest: str | None
    height: float | None
    bias: tuple[float, ...] | None

    def __repr__(self) -> str:
        return line(f"Component({_line(self).strip()})")

    @property
    def named(self) -> bool:
        return self.name != "unnamed"


@dataclass(frozen=True)
class Geometry:
    """What `describe` found: components, named ones first, larger ones first; and the unlearned features."""

    components: tuple[Component, ...]
    unlearned: tuple[int, ...]
    unlearned_norms: tuple[float, ...]
    unlearned_bias: tuple[float, ...] | None
    tolerance: float

    def __repr__(self) -> str:
        return line(f"Geometry: {self}")

    def _repr_html_(self) -> str:
        head = ("polytope", "features", "dimension", "D", "norm", "cosines off by")
        rows = [
            (c.name, _list(c.members), c.dimension, _range(c.dimensionality), f"{c.scale:.4g}", f"{c.residual:.1g}")
            for c in self.components
        ]
        unlearned = [("unlearned", _list(self.unlearned), "", "", "", "")] if self.unlearned else []
        return html_table(head, [*rows, *unlearned])

    @property
    def whole(self) -> str | None:
        """The name of the polytope that all learned features form together, by their directions: two digons are a square,
        a triangle and a digon a triangular bipyramid; "pentagon ⊕ triangle" where the product has no name of its own.
        None where a component is no polytope.
        """
        return tegum_name([component.name for component in self.components])

    def __str__(self) -> str:
        """One line: "pentagon", "2 digons + 1 unlearned"."""
        parts = [_counted(name, count) for name, count in Counter(c.name for c in self.components if c.named).items()]
        parts += [f"unnamed ({len(c.members)} in {c.dimension}-D)" for c in self.components if not c.named]
        return " + ".join(parts + ([f"{len(self.unlearned)} unlearned"] if self.unlearned else []))

    def table(self) -> str:
        """A line for the whole and one for each component."""
        whole = f"{self.whole}: " if self.whole not in (None, str(self)) else ""
        lines = [f"{whole}{self} (tolerance {self.tolerance:g})"]
        lines += [_line(component) for component in self.components]
        if self.unlearned:
            norms = f"norm {max(self.unlearned_norms):.2g} at most"
            lines.append(f"  unlearned: features {_list(self.unlearned)}; {norms}{_bias(self.unlearned_bias)}")
        return "\n".join(lines)


def _counted(name: str, count: int) -> str:
    if name == "dedicated":
        return f"{count} dedicated"
    if count == 1:
        return name
    if name.endswith("aligned"):
        return f"{count} × {name}"
    endings = {"hedron": "hedra", "simplex": "simplices"}
    for ending, plural in endings.items():
        if name.endswith(ending):
            return f"{count} {name.removesuffix(ending)}{plural}"
    return f"{count} {name}s"


def _line(component: Component) -> str:
    parts = [f"features {_list(component.members)}", f"D {_range(component.dimensionality)}"]
    if component.ideal is not None:
        parts[-1] += f" (ideal {component.ideal:.4g})"
    parts.append(f"norm {component.scale:.4g} ± {component.norm_spread * component.scale:.1g}")
    if component.height is not None:
        parts.append(f"ring height {component.height:.4g}")
    if component.named:
        parts.append(f"cosines off by {component.residual:.1g}")
    else:
        near = f"{component.nearest}, off by {component.residual:.2g}" if component.nearest else "none close by"
        parts.append(f"{component.dimension}-D, nearest: {near}")
    return f"  {component.name}: {'; '.join(parts)}{_bias(component.bias)}"


def _range(values: tuple[float, ...]) -> str:
    low, high = (f"{value:.4g}" for value in (min(values), max(values)))
    return low if low == high else f"{low} to {high}"


def _bias(values: tuple[float, ...] | None) -> str:
    return "" if values is None else f"; b {_range(values)}"


def _list(indices: tuple[int, ...]) -> str:
    return ", ".join(map(str, indices[:12])) + (f", … ({len(indices)} in all)" if len(indices) > 12 else "")
