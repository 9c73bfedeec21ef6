import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

from numeric.stream import Streams, digest

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
