from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

from numeric.law import Anticorrelated, Correlated, OneHot
from numeric.sample import Points, digest
from numeric.sample.stream import Streams
from numeric.train import TrainConfig
from numeric.train.block import _keys

CPU = torch.device("cpu")


@given(
    dtype=st.sampled_from([torch.float32, torch.float64]),
    entries=st.integers(1, 9),
    parts=st.lists(st.tuples(st.integers(0, 50), st.integers(1, 5)), min_size=1, max_size=6),
)
def test_a_function_of_key_and_step(dtype: torch.dtype, entries: int, parts: list[tuple[int, int]]) -> None:
    """Backwards, forwards, in pieces: the same numbers as drawn in one go."""
    whole = Streams([7, 8], entries, dtype, CPU).draw(0, 60).clone()
    assert whole.shape == (2, 60, entries)
    assert whole.dtype == dtype
    again = Streams([8], entries, dtype, CPU)
    for step, steps in parts:
        assert torch.equal(again.draw(step, steps)[0], whole[1, step : step + steps])


def test_uniform_on_both_sides_of_zero() -> None:
    """Kolmogorov: P(√N D > 3.5) is about 5e-11. Keys and steps give different numbers."""
    for dtype in (torch.float32, torch.float64):
        x = Streams([1, 2], 1000, dtype, CPU).draw(0, 100)
        assert kstest((x.flatten().double() + 1) / 2, "uniform").statistic * 200_000**0.5 < 3.5
        assert len(x.flatten().unique()) > 199_000


def test_digest() -> None:
    assert digest(1, "a", (2.0,)) == digest(1, "a", (2.0,))
    assert len({digest(), digest(0), digest(1), digest("1"), digest((1,)), digest(1, 1)}) == 6
    assert 0 <= digest(5) < 2**128


COMMON = {"n_features": 4, "n_hidden": 2, "seeds": (3,), "steps": 2, "batch_size": 16, "data_seed": 5}
PAIRS = ((0, 1), (2, 3))
KEYS = [
    ({"sparsity": (0.9,), "importance": ((1.0, 0.5, 0.25, 0.125),)}, 28347911047653498628761794327846405331),
    ({"law": OneHot()}, 225361007538382438650625392838023026319),
    ({"law": Correlated(PAIRS, 0.75)}, 7547327551722378017079527930261675289),
    ({"law": Anticorrelated(PAIRS, 0.75)}, 293686945615087778001996119959549726552),
    ({"law": Points([[1.0, 0.0, 0.0, 0.0], [0.0, 0.5, 0.0, 0.0]])}, 53025829600105750351848946713489139776),
]


@pytest.mark.parametrize(("law", "key"), KEYS, ids=["independent", "one-hot", "correlated", "anticorrelated", "points"])
def test_random_numbers_are_those_of_ever(law: dict[str, Any], key: int) -> None:
    """A model's data follow from this key. It is made of the names of laws and of their fields: whoever renames one, or moves
    what the names are read from, would give every setting other data in silence."""
    assert _keys(TrainConfig(**COMMON, **law)) == [key]
