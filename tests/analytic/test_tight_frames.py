"""Block-semi-orthogonal weights: recognised exactly, built exactly, and just as good as the allocation says."""

from fractions import Fraction

import pytest
import sympy
from hypothesis import example, given
from hypothesis import strategies as st

from analytic.capacity import QuadraticModel, realise, weights_loss
from analytic.capacity.tight_frames import Block, blocks, capacities, tight_frame

pytestmark = pytest.mark.filterwarnings("ignore::analytic.exact.TransposedWarning")
small = st.integers(-2, 2).map(lambda k: sympy.Rational(k, 2))


@st.composite
def whole_sums(draw: st.DrawFn) -> list[Fraction]:
    """Numbers of [0, 1] with a whole sum of at least 1: the last fills up to the next whole number."""
    begun = draw(st.lists(st.fractions(0, 1, max_denominator=6), min_size=1, max_size=4))
    rest = -sum(begun, Fraction(0)) % 1
    return [*begun, rest] if sum(begun) + rest >= 1 else [*begun, Fraction(1)]


@given(whole_sums(), st.randoms(use_true_random=False))
@example([Fraction(1), Fraction(0), Fraction(1)], None)
@example([Fraction(0), Fraction(0), Fraction(1)], None)
def test_tight_frame_has_the_diagonal(diagonal: list[Fraction], random: object) -> None:
    if random is not None:
        random.shuffle(diagonal)  # type: ignore[attr-defined]
    d = int(sum(diagonal))
    frame = tight_frame(diagonal)
    assert frame.shape == (d, len(diagonal))
    assert (frame * frame.T).applyfunc(sympy.expand) == sympy.eye(d)
    assert [sympy.expand(x) for x in (frame.T * frame).diagonal()] == [sympy.Rational(c) for c in diagonal]
    assert all((entry**2).is_Rational for entry in frame)


@given(
    st.lists(st.fractions(0, 5, max_denominator=4), min_size=1, max_size=5),
    st.sampled_from([Fraction(k) for k in (1, 2, 3, 4, 7, 12)]),
    st.integers(1, 5),
)
@example([Fraction(5), Fraction(4), Fraction(3), Fraction(1, 2)], Fraction(6), 2)
def test_realised_weights_reach_the_least_loss(v: list[Fraction], beta: Fraction, m: int) -> None:
    model = QuadraticModel(v, beta)
    m = min(m, len(v))
    wanted, W = model.allocate(m), realise(model, m)
    assert W.shape == (m, len(v))
    assert weights_loss(model, W) == model.loss(wanted)
    worth = [beta > 1 and value > 0 for value in v]
    assert capacities(W) == tuple(c if w else 0 for c, w in zip(wanted, worth, strict=True))
    found = blocks(W)
    assert found is not None
    assert sum(block.dimension for block in found) == sum(c for c, w in zip(wanted, worth, strict=True) if w)


@given(st.integers(1, 3), st.integers(1, 4), st.data())
def test_capacities_add_up_to_the_rank_exactly_for_blocks(m: int, n: int, data: st.DataObject) -> None:
    """Small entries, so that equal columns, zeros and orthogonal ones come up."""
    W = sympy.Matrix(m, n, data.draw(st.lists(small, min_size=m * n, max_size=m * n)))
    spent, rank = sum(capacities(W)), W.rank()
    assert spent <= rank
    assert (blocks(W) is not None) == (spent == rank)


@given(st.integers(1, 3), st.integers(1, 4), st.data())
def test_no_weights_beat_their_own_capacities(m: int, n: int, data: st.DataObject) -> None:
    W = sympy.Matrix(m, n, data.draw(st.lists(small, min_size=m * n, max_size=m * n)))
    model = QuadraticModel(data.draw(st.lists(st.integers(0, 3), min_size=n, max_size=n)), data.draw(st.integers(1, 9)))
    loss = weights_loss(model, W)
    assert loss >= model.loss(capacities(W))
    assert loss >= model.loss(model.allocate(min(m, n)))


def test_blocks_of_a_known_matrix() -> None:
    """A Mercedes star of scale 3/2·4 in the plane of the first two rows, and a column of its own."""
    root = sympy.sqrt(3)
    star = sympy.Matrix([[2, -1, -1, 0], [0, root, -root, 0], [0, 0, 0, 3]])
    third = sympy.Rational(2, 3)
    assert capacities(star) == (third, third, third, 1)
    assert blocks(star) == (Block((0, 1, 2), 2, sympy.Integer(6)), Block((3,), 1, sympy.Integer(9)))
    assert blocks(sympy.Matrix([[1, 1], [0, 1]])) is None
    assert blocks(sympy.zeros(2, 3)) == ()


def test_pairs_share_a_dimension() -> None:
    """Two equal features, β > 3: a line with C = ½ each; the task does not see the signs of the columns."""
    W = realise(QuadraticModel((1, 1), 5), 1)
    assert W.tolist() == [[sympy.sqrt(sympy.Rational(2, 3))] * 2]
    assert capacities(W) == (sympy.Rational(1, 2),) * 2


@given(st.lists(small, min_size=4, max_size=4))
def test_loss_is_unchanged_by_rotation(entries: list[sympy.Rational]) -> None:
    W = sympy.Matrix(2, 2, entries)
    turn = sympy.Matrix([[sympy.Rational(3, 5), sympy.Rational(4, 5)], [-sympy.Rational(4, 5), sympy.Rational(3, 5)]])
    model = QuadraticModel((2, 1), 4)
    assert weights_loss(model, turn * W) == weights_loss(model, W)
    assert capacities(turn * W) == capacities(W)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: tight_frame(["1/2", "3/4"]), "diagonal must have a whole sum of at least 1, got the sum 5/4"),
        (lambda: tight_frame([0]), "diagonal must have a whole sum of at least 1, got the sum 0"),
        (lambda: tight_frame(["3/2", "1/2"]), r"diagonal must lie in \[0, 1\], got 3/2"),
        (lambda: realise(QuadraticModel((1, 2), 4), 3), r"dimensions must be a whole number in \[1, 2\], got 3"),
        (lambda: realise(QuadraticModel((1, 2), 4), 0), r"dimensions must be a whole number in \[1, 2\], got 0"),
        (lambda: realise(QuadraticModel((1, 2), 4), "1"), r"dimensions must be a whole number .* got '1'"),  # type: ignore[arg-type]
        (
            lambda: weights_loss(QuadraticModel((1, 2), 4), sympy.eye(3)),
            r"W must have one column for each of the 2 values, got shape \(3, 3\)",
        ),
    ],
)
def test_bad_input(action: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        action()  # type: ignore[operator]
