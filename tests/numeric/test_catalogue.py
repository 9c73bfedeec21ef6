"""The float catalogue, held to the exact one, to which it owes nothing, and to what makes it a catalogue."""

import numpy as np
import pytest
import sympy

from analytic.polytopes import CATALOGUE, antiprism, polytope
from numeric.arguments import Floats
from numeric.geometry import Reference, best_fit, composites, describe, references, vertices
from numeric.geometry import antiprism as float_antiprism
from numeric.geometry.polytope_names import polygon_name, product_name, tegum_name
from numeric.metrics import coherence, feature_dimensionality

ROUNDING = 1e-14  # entries and their products are at most 1, with a handful of roundings each


def floats(matrix: sympy.MatrixBase) -> Floats:
    return np.array(matrix.evalf(30).tolist(), dtype=np.float64)


def in_order(gram: Floats, V: Floats) -> Floats:
    """The columns of V in the order in which their Gram matrix is `gram`, if there is one."""
    target = Reference("", len(V), gram, starts=tuple(range(len(gram))))
    fit = best_fit(V.T @ V, target, 1e-3)
    assert fit is not None
    return V[:, list(fit.order)]


@pytest.mark.parametrize("name", CATALOGUE)
def test_the_two_catalogues_agree(name: str) -> None:
    """Gram matrix in some order, D, coherence, and the name by which each knows it."""
    exact = polytope(name)
    gram = floats(exact.gram)
    V = in_order(gram, vertices(name))
    np.testing.assert_allclose(V.T @ V, gram, rtol=0, atol=ROUNDING)
    expected = [float(value) for value in exact.dimensionality]
    np.testing.assert_allclose(feature_dimensionality(V), expected, rtol=0, atol=ROUNDING)
    assert coherence(V) == pytest.approx(float(exact.coherence), rel=0, abs=ROUNDING)


FAMILIES = (
    *(f"{k}-gon" for k in range(2, 21)),
    *(f"{d}-{shape}" for d in range(1, 7) for shape in ("simplex", "orthoplex", "cube")),
    *(f"rectified {d}-simplex" for d in range(2, 7)),
    *(f"{d}-demicube" for d in range(3, 7)),
    *(f"{k}-{kind}" for k in range(3, 9) for kind in ("antiprism", "prism", "bipyramid")),
    *("11-bipyramid", "12-bipyramid", "12-prism", "5-cell", "16-cell", "tesseract", "3-4 duoprism"),
    *(f"{j}-gon × {k}-gon" for j in range(3, 8) for k in range(j, 8)),
    *(
        "digon × triangle × triangle",
        "triangle × digon × digon × digon",
        "3-gon × 3-gon × 3-gon",
        "digon × pentagon × square",
    ),
    *("digon ⊕ triangle", "triangle ⊕ pentagon", "digon ⊕ tetrahedron", "octahedron ⊕ hexagon", "square ⊕ square"),
    *("digon + 3-gon + digon", "triangular bipyramid ⊕ triangle", "rectified 5-cell ⊕ triangular prism", "cube ⊕ cube"),
)


@pytest.mark.parametrize("name", [*CATALOGUE, *FAMILIES])
@pytest.mark.slow
def test_one_name_on_both_sides(name: str) -> None:
    """The walk: what the exact catalogue makes of any spelling is what `describe` calls its vertices, and what the float
    catalogue makes vertices of.
    """
    exact = polytope(name)
    assert describe(floats(exact.vertices)).whole == exact.name
    assert describe(vertices(exact.name)).whole == exact.name
    assert polytope(exact.name) == exact
    m, n = vertices(exact.name).shape
    assert (exact.dimension, exact.vertices.shape) == (m, (m, n))


@pytest.mark.slow
def test_every_reference_is_known_to_the_exact_catalogue() -> None:
    """The other way round, but for what is no polytope around the origin."""
    known = {r.name for k in range(2, 33) for r in references(k) + composites(k) if "aligned" not in r.name}
    assert {polytope(name).name for name in known} == known - {
        "triangular antiprism"
    }  # of another height than the octahedron
    for name in (
        "hexagonal antiprism",
        "13-point harmonic frame",
        "triangle × triangle × digon",
        "rectified 6-simplex",
    ):
        assert name in known


@pytest.mark.parametrize(
    ("factors", "name"),
    [
        ((3, 2), "triangular prism"),
        ((2, 2, 2), "cube"),
        ((5, 2, 2), "pentagon × square"),
        ((3, 5), "pentagon × triangle"),
        ((3, 3, 2), "triangle × triangle × digon"),
    ],
)
def test_names_of_cartesian_products(factors: tuple[int, ...], name: str) -> None:
    assert product_name(factors) == name
    assert polytope(" × ".join(map(polygon_name, factors))).name == name


@pytest.mark.parametrize(("k", "height"), [(3, "1/3"), (4, "1/3"), (4, "4/5"), (5, "1/2")])
def test_antiprisms_of_free_height_agree(k: int, height: str) -> None:
    gram = floats(antiprism(k, height).gram)
    V = in_order(gram, float_antiprism(k, float(sympy.Rational(height))))
    np.testing.assert_allclose(V.T @ V, gram, rtol=0, atol=ROUNDING)


@pytest.mark.parametrize("name", [*CATALOGUE, "11-gon", "9-simplex", "6-orthoplex", "octagonal antiprism"])
def test_vertices_are_unit_and_balanced(name: str) -> None:
    """Norm 1 and sum 0: a polytope around the origin, in no more dimensions than it needs."""
    V = vertices(name)
    np.testing.assert_allclose(np.linalg.norm(V, axis=0), 1, rtol=ROUNDING)
    np.testing.assert_allclose(V.sum(axis=1), 0, atol=ROUNDING * V.shape[1])
    assert np.linalg.matrix_rank(V) == len(V)


@pytest.mark.parametrize("k", [2, 3, 4, 5, 6, 7, 8, 12, 20])
def test_references(k: int) -> None:
    """Each start stands for its orbit: the sorted rows of the Gram matrix are those of the starts, in every multiplicity."""
    for reference in references(k) + composites(k):
        gram = reference.gram if reference.slope is None else reference.gram + 0.2 * reference.slope
        rows = {tuple(np.sort(row).round(9)) for row in gram}
        assert len(rows) == len(reference.starts)
        assert rows == {tuple(np.sort(gram[start]).round(9)) for start in reference.starts}
        assert np.linalg.matrix_rank(gram, tol=1e-9) == reference.dimension
        if reference.name not in ("aligned pair", f"{k} aligned") and reference.slope is None:
            V = vertices(reference.name)
            np.testing.assert_allclose(V.T @ V, gram, rtol=0, atol=ROUNDING)


@pytest.mark.parametrize(
    ("factors", "name"),
    [
        (["digon"], "digon"),
        (["digon"] * 2, "square"),
        (["digon"] * 3, "octahedron"),
        (["digon"] * 5, "5-orthoplex"),
        (["triangle", "digon"], "triangular bipyramid"),
        (["digon", "octagon"], "octagonal bipyramid"),
        (["nonagon", "digon"], "nonagonal bipyramid"),
        (["13-gon", "digon"], "13-gonal bipyramid"),
        (["dodecagon", "digon"], "dodecagonal bipyramid"),
        (["pentagon", "triangle", "digon", "digon"], "pentagon ⊕ triangle ⊕ square"),
        (["tetrahedron", "digon"], "tetrahedron ⊕ digon"),
        (["digon", "dedicated"], None),
        (["digon", "5 aligned"], None),
        (["digon", "unnamed"], None),
        ([], None),
    ],
)
def test_names_of_tegum_products(factors: list[str], name: str | None) -> None:
    """And the name gives back the vertices of the factors, to both catalogues."""
    assert tegum_name(factors) == name
    if name is not None:
        count = sum(vertices(factor).shape[1] for factor in factors)
        assert vertices(name).shape[1] == polytope(name).vertices.cols == count


@pytest.mark.parametrize(
    "name",
    [
        "pentagram",
        "0-gon",
        "1-gon",
        "round antiprism",
        "triangle ⊕ ",
        "4-icosahedron",
        "rectified 4-simplex",
        "1-gonal prism",
    ],
)
def test_unknown_names(name: str) -> None:
    with pytest.raises(
        ValueError, match="polytope must be a name of the catalogue, such as pentagon or 4-simplex, got"
    ):
        vertices(name)
