"""The catalogue: published levels and orders, vertices that make the Gram matrices, frames, products, names."""

from itertools import combinations
from math import factorial

import flint
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Expr, ImmutableMatrix, Matrix, Rational, sqrt

from analytic.exact import ball, is_zero, sign
from analytic.law import Independent, OneHot
from analytic.loss import enclose_loss
from analytic.polytopes import CATALOGUE, Polytope, antiprism, polytope, tegum
from analytic.polytopes.catalogue import TIGHT_HEIGHT

EXTRA = ("7-gon", "9-gon", "15-gon", "5-antiprism", "6-simplex", "6-bipyramid")
EVERY = [*map(polytope, (*CATALOGUE, *EXTRA)), antiprism(4, "1/2"), antiprism(3, "1/3"), antiprism(5, sqrt(2) / 2)]
every = pytest.mark.parametrize("p", EVERY, ids=lambda p: p.name)

# The published levels: ¾, ⅔, ½, ⅖, ⅜, and the bipyramids with two levels each; the rest follow from m/n.
LEVELS = {
    "digon": {Rational(1, 2): 2},
    "triangle": {Rational(2, 3): 3},
    "square": {Rational(1, 2): 4},
    "pentagon": {Rational(2, 5): 5},
    "tetrahedron": {Rational(3, 4): 4},
    "octahedron": {Rational(1, 2): 6},
    "square antiprism": {Rational(3, 8): 8},
    "cube": {Rational(3, 8): 8},
    "icosahedron": {Rational(1, 4): 12},
    "dodecahedron": {Rational(3, 20): 20},
    "triangular bipyramid": {Rational(2, 3): 3, Rational(1, 2): 2},
    "pentagonal bipyramid": {Rational(2, 5): 5, Rational(1, 2): 2},
    "7-gon": {Rational(2, 7): 7},
    "15-gon": {Rational(2, 15): 15},
    "6-simplex": {Rational(6, 7): 7},
    "4-orthoplex": {Rational(1, 2): 8},
    "digon ⊕ tetrahedron": {Rational(1, 2): 2, Rational(3, 4): 4},
    "rectified 5-cell": {Rational(2, 5): 10},
    "rectified 6-simplex": {Rational(2, 7): 21},
    "5-demicube": {Rational(5, 16): 16},
    "pentagon × triangle": {Rational(4, 15): 15},
    "13-point harmonic frame": {Rational(4, 13): 13},
}
ORDERS = {
    "digon": 2,
    "triangle": 6,
    "square": 8,
    "pentagon": 10,
    "9-gon": 18,
    "tetrahedron": 24,
    "octahedron": 48,
    "cube": 48,
    "icosahedron": 120,
    "dodecahedron": 120,
    "square antiprism": 16,
    "5-antiprism": 20,
    "triangular bipyramid": 12,
    "pentagonal bipyramid": 20,
    "4-simplex": factorial(5),
    "6-simplex": factorial(7),
    "4-orthoplex": 2**4 * factorial(4),
    "7-orthoplex": 2**7 * factorial(7),
    "triangle ⊕ triangle": 6 * 6 * 2,
    "triangle ⊕ pentagon": 6 * 10,
    "digon ⊕ tetrahedron": 2 * 24,
    "rectified 5-cell": factorial(5),
    "rectified 5-simplex": factorial(6),
    "5-demicube": 2**4 * factorial(5),
    "4-cube": 2**4 * factorial(4),
    "triangular prism": 12,
    "triangle × triangle": 6 * 6 * 2,
    "pentagon × triangle": 10 * 6,
    "13-point harmonic frame": 13 * 4,
}


def counts(values: tuple[Expr, ...]) -> dict[Expr, int]:
    return {value: values.count(value) for value in values}


@pytest.mark.parametrize("name", LEVELS)
def test_feature_dimensionality(name: str) -> None:
    p = polytope(name)
    assert counts(p.dimensionality) == LEVELS[name]
    assert p.capacity == p.dimensionality


@pytest.mark.parametrize("name", ORDERS)
def test_symmetry_order(name: str) -> None:
    assert polytope(name).symmetry_order == ORDERS[name]


@every
@pytest.mark.slow
def test_vertices_have_norm_one_and_the_gram_matrix_that_is_kept(p: Polytope) -> None:
    """The Gram matrices of the families come from addition theorems; here from the vertices, entry by entry."""
    assert (p.vertices.cols, p.vertices.cols) == p.gram.shape == p.gram.T.shape
    product = p.vertices.T * p.vertices
    assert all(is_zero(product[i, j] - p.gram[i, j]) for i in range(p.gram.rows) for j in range(i + 1))
    assert all(p.gram[i, i] == 1 for i in range(p.gram.rows))
    for entry in (*p.vertices, *p.gram, *p.dimensionality, p.coherence):
        assert ball(entry, 256).rad() < flint.arb(2) ** -200  # a few operations on numbers of size one


@every
@pytest.mark.slow
def test_dimensionality_is_its_definition(p: Polytope) -> None:
    """D_i = ‖W_i‖² / Σ_j (Ŵ_i·W_j)² from the vertices; 0 < D_i ≤ 1 since the sum has ‖W_i‖² among its terms."""
    for i, value in enumerate(p.dimensionality):
        column = p.vertices[:, i]
        size = sqrt(column.dot(column))
        along = sympy.Add(*((column.dot(p.vertices[:, j]) / size) ** 2 for j in range(p.vertices.cols)))
        assert is_zero(column.dot(column) - value * along)
        assert 0 < value <= 1
    assert p.dimensions_per_feature == Rational(p.vertices.rows, p.vertices.cols)  # ‖W‖² = n on the unit sphere


@every
@pytest.mark.slow
def test_dimensionalities_sum_to_the_rank_exactly_for_eigenvectors(p: Polytope) -> None:
    """D_i is at most the leverage of column i (Cauchy–Schwarz), and leverages sum to the rank, which is m here. Equal
    exactly where every column is an eigenvector of VVᵀ, which reads G G_i = λ G_i for the columns of G."""
    m, n = p.vertices.shape
    square = p.gram * p.gram
    eigen = all(is_zero(square[i, j] - square[j, j] * p.gram[i, j]) for i in range(n) for j in range(n))
    total = sympy.Add(*p.dimensionality)
    assert sign(m - total) == (0 if eigen else 1)
    assert not p.is_tight or eigen
    assert eigen == ("of height" not in p.name)
    if p.is_tight:
        assert set(p.dimensionality) == {Rational(m, n)}


def test_tight_frames() -> None:
    loose = {p.name for p in EVERY if not p.is_tight}
    assert {name for name in loose if "of height" not in name} == {
        "triangular bipyramid",
        "pentagonal bipyramid",
        "hexagonal bipyramid",
        "pentagon ⊕ triangle",
        "tetrahedron ⊕ digon",
    }
    assert all("of height" not in p.name for p in EVERY if p.is_tight)


def test_coherence() -> None:
    assert {name: polytope(name).coherence for name in CATALOGUE if polytope(name).coherence != 1} == {
        "triangle": Rational(1, 2),
        "pentagon": (1 + sqrt(5)) / 4,
        "heptagon": sympy.cos(sympy.pi / 7),
        "tetrahedron": Rational(1, 3),
        "square antiprism": (1 + sqrt(2)) / 3,
        "4-simplex": Rational(1, 4),
        "5-simplex": Rational(1, 5),
        "triangle ⊕ triangle": Rational(1, 2),
        "pentagon ⊕ triangle": (1 + sqrt(5)) / 4,
        "triangular prism": Rational(2, 3),
        "hexagonal antiprism": (1 + sqrt(3)) / 3,
        "rectified 5-cell": Rational(2, 3),
        "rectified 5-simplex": Rational(1, 2),
        "5-demicube": Rational(3, 5),
        "triangle × triangle": Rational(1, 2),
        "triangle × square": Rational(3, 4),
        "pentagon × triangle": (3 + sqrt(5)) / 8,
        "13-point harmonic frame": sympy.cos(sympy.pi / 13) / 2 + sympy.cos(5 * sympy.pi / 13) / 2,
    }
    assert Polytope("not unit", ImmutableMatrix([[2, 1], [0, 1]])).coherence == sqrt(2) / 2


def test_antiprisms() -> None:
    """At its tight height the triangular one is the octahedron; beside it D < m/n, and less symmetry."""
    tight, flat = antiprism(3), antiprism(3, "1/3")
    octahedron = polytope("octahedron")
    assert sorted(tight.gram.row(0)) == sorted(octahedron.gram.row(0))
    assert (tight.symmetry_order, flat.symmetry_order) == (48, 12)
    assert antiprism(4, sqrt(3) / 3).name == "square antiprism"
    for height in ("1/2", "4/7", "3/5"):
        leaning = antiprism(4, height)
        assert not leaning.is_tight
        assert leaning.symmetry_order == 16
        assert set(counts(leaning.dimensionality).values()) == {8}
        assert leaning.dimensionality[0] < Rational(3, 8)
    assert antiprism(4, TIGHT_HEIGHT) == polytope("square antiprism")


@given(st.sampled_from(EVERY[:12]), st.sampled_from(EVERY[:12]))
@settings(max_examples=settings().max_examples // 4)
def test_tegum_product(a: Polytope, b: Polytope) -> None:
    """Orthogonal spaces: columns of one factor do not see the other, so D is the union, pairs across lie at √2, and
    the interference adds up."""
    product = tegum(a, b)
    assert product.dimensionality == a.dimensionality + b.dimensionality
    assert product.vertices.shape == (a.vertices.rows + b.vertices.rows, a.vertices.cols + b.vertices.cols)
    assert is_zero(product.interference_energy - a.interference_energy - b.interference_energy)
    across = a.gram.rows * b.gram.rows / sqrt(2)
    assert is_zero(product.coulomb_energy - a.coulomb_energy - b.coulomb_energy - across)
    assert product.symmetry_order % (a.symmetry_order * b.symmetry_order) == 0
    assert not product.is_vertex_transitive or set(a.dimensionality) == set(b.dimensionality)


# Small, so that entries of the turned Gram matrix stay short; a last entry 1 is added, since a mirror needs a normal.
normals = st.lists(st.integers(-3, 3), min_size=2, max_size=2)
SMALL = ["triangle", "square", "pentagon", "tetrahedron", "octahedron", "triangular bipyramid"]


def turned(p: Polytope, normal: list[int], order: list[int]) -> Polytope:
    """The mirror image at a rational plane, which is an orthogonal map, with the vertices in another order."""
    u = Matrix([*normal[: p.vertices.rows - 1], 1])
    mirror = sympy.eye(len(u)) - 2 * u * u.T / u.dot(u)
    return Polytope(f"turned {p.name}", ImmutableMatrix((mirror * p.vertices)[:, order]))


@given(st.sampled_from([*SMALL, "square antiprism", "icosahedron"]), normals, st.randoms())
@settings(max_examples=settings().max_examples // 4)
@pytest.mark.slow
def test_rotation_permutation_and_padding(name: str, normal: list[int], random: object) -> None:
    """D_i sees the columns through their inner products: order aside, nothing changes, and zero columns and rows add
    nothing to any sum."""
    p = polytope(name)
    order = list(range(p.gram.rows))
    random.shuffle(order)  # type: ignore[attr-defined]
    image = turned(p, normal, order)
    assert image.dimensionality == tuple(p.dimensionality[i] for i in order)
    assert (image.is_tight, image.coherence, image.symmetry_order) == (p.is_tight, p.coherence, p.symmetry_order)
    padded = Polytope("padded", ImmutableMatrix(sympy.diag(p.vertices, sympy.zeros(1, 1))))
    assert padded.dimensionality == (*p.dimensionality, 0)
    scaled = Polytope("scaled", p.vertices * Rational(3, 7))
    assert scaled.dimensionality == p.dimensionality
    assert scaled.dimensions_per_feature == p.dimensions_per_feature * Rational(49, 9)


@given(st.sampled_from(SMALL), normals, st.randoms(), st.sampled_from(["0", "1/2", "9/10"]))
@settings(max_examples=settings().max_examples // 4)
def test_expected_loss_of_polytopes_is_invariant(name: str, normal: list[int], random: object, s: str) -> None:
    """f depends on W through WᵀW, and the law treats features alike: both enclosures hold the same number."""
    p = polytope(name)
    n = p.gram.rows
    order = list(range(n))
    random.shuffle(order)  # type: ignore[attr-defined]
    b = [Rational(-k, 8) for k in range(n)]
    for law in (Independent(s), OneHot()):
        first = enclose_loss(p.vertices, b, law)
        second = enclose_loss(turned(p, normal, order).vertices, [b[i] for i in order], law)
        assert abs(first.midpoint - second.midpoint) <= first.radius + second.radius


@pytest.mark.slow
def test_catalogue_lists_each_once() -> None:
    """No two are congruent: equal Gram matrices up to order."""

    def shape(p: Polytope) -> tuple[int, list[float]]:
        return p.vertices.rows, sorted(round(float(entry), 9) for entry in p.gram)

    alike = [(a, b) for a, b in combinations(CATALOGUE, 2) if shape(polytope(a)) == shape(polytope(b))]
    assert not alike
    assert all(polytope(name).name == name for name in CATALOGUE)


@pytest.mark.parametrize(
    ("name", "same"),
    [
        (" Cube", "cube"),
        ("2-gon", "digon"),
        ("4-gon", "square"),
        ("7-gon", "heptagon"),
        ("1-simplex", "digon"),
        ("2-simplex", "triangle"),
        ("3-simplex", "tetrahedron"),
        ("2-orthoplex", "square"),
        ("3-cross-polytope", "octahedron"),
        ("4-cross-polytope", "4-orthoplex"),
        ("Square  Antiprism", "square antiprism"),
        ("5-gonal bipyramid", "pentagonal bipyramid"),
        ("3-antiprism", "octahedron"),
        ("triangular antiprism", "octahedron"),
        ("square prism", "cube"),
        ("tesseract", "4-cube"),
        ("5-cell", "4-simplex"),
        ("rectified 4-simplex", "rectified 5-cell"),
        ("4-demicube", "4-orthoplex"),
        ("3-5 duoprism", "pentagon × triangle"),
        ("triangle x pentagon", "pentagon × triangle"),
        ("digon + triangle", "triangular bipyramid"),
        ("triangle ⊕ pentagon", "pentagon ⊕ triangle"),
        ("digon ⊕ triangular bipyramid", "triangle ⊕ square"),
    ],
)
def test_other_names(name: str, same: str) -> None:
    assert polytope(name) == polytope(same)
    assert polytope(name).name == same


def test_bipyramid_is_a_product() -> None:
    assert polytope("triangular bipyramid").vertices == polytope("triangle ⊕ digon").vertices


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("pentagram", "name must be that of a known polytope, got 'pentagram': did you mean pentagon"),
        ("icosahedra", "did you mean icosahedron, octahedron, dodecahedron"),
        ("triangular bypiramid", "did you mean triangular bipyramid"),
        ("digon ⊕ tetraedron", "name must be that of a known polytope, got 'tetraedron': did you mean tetrahedron"),
        ("1-gon", "name must be that of a known polytope, got '1-gon'"),
        ("0-simplex", "name must be that of a known polytope, got '0-simplex'"),
        ("2-antiprism", "name must be that of a known polytope, got '2-antiprism'"),
        ("", "name must be that of a known polytope, got '': one of digon, triangle"),
        ("zzz", "one of digon, triangle"),
    ],
)
def test_unknown_names(name: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        polytope(name)


@pytest.mark.parametrize(
    ("k", "height", "message"),
    [
        (1, "1/2", "k must be a whole number of at least 2, got 1"),
        (4, 0, "height must lie strictly between 0 and 1, got 0"),
        (4, sqrt(2), r"height must lie strictly between 0 and 1, got sqrt\(2\)"),
        (4, 0.5, "height must be exact .* got the float 0.5"),
    ],
)
def test_antiprisms_that_are_none(k: int, height: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        antiprism(k, height)  # type: ignore[arg-type]
