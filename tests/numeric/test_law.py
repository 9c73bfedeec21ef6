"""Laws of the features are read in one sentence: instances of this side, groups of whole numbers."""

import numpy as np
import pytest

import analytic.law
from numeric.law import Anticorrelated, Correlated, OneHot, grouped


@pytest.mark.parametrize("law", ["onehot", 0.5, OneHot, analytic.law.OneHot(), analytic.law.Independent("1/2"), []])
def test_a_law_is_an_instance_of_this_side(law: object) -> None:
    with pytest.raises(ValueError, match=r"^law must be a law of numeric\.law: OneHot\(\), .*, got ") as refused:
        grouped(law, None, 2)
    assert getattr(law, "__module__", "") in str(refused.value)


@pytest.mark.parametrize("kind", [Correlated, Anticorrelated])
@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ([[False, True]], "groups must be a whole number of at least 0, got False"),
        ([[0.0, 1.0]], r"groups must be a whole number of at least 0, got 0\.0"),
        ([["0", "1"]], "groups must be a whole number of at least 0, got '0'"),
        ([0, 1], "groups must be a sequence of sequences of features, got 0"),
        ("01", "groups must be a sequence of sequences of features, got '01'"),
        (2, "groups must be a sequence of sequences of features, got 2"),
        ([[0], [2]], r"groups must name features in 0\.\.1, got \[2\]"),
    ],
)
def test_groups_are_whole_numbers(kind: type[Correlated] | type[Anticorrelated], groups: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        grouped(kind(groups, 0.5), None, 2)


def test_groups_may_be_arrays() -> None:
    form = grouped(Correlated(np.array([[0, 2], [1, 3]]), [0.5, 0.25]), None, 4)
    assert form.index.tolist() == [0, 1, 0, 1]
    assert form.off.tolist() == [0.5, 0.25]
