"""What naming the shape of a model costs: `make bench`. CPU time on one thread; targets are in the comments."""

from typing import Any

import numpy as np
import pytest
from scipy.linalg import block_diag

from numeric.arguments import Floats
from numeric.geometry import describe, vertices


def noisy(V: Floats, angle: float) -> Floats:
    random = np.random.default_rng(0)
    turn = np.linalg.qr(random.normal(size=(len(V), len(V))))[0]
    noise = random.normal(size=V.shape)
    W = turn @ (V + angle * noise / np.linalg.norm(noise, axis=0))
    return np.asarray(W[:, random.permutation(V.shape[1])])


SMALL: dict[str, Floats] = {
    "pentagon": noisy(vertices("pentagon"), 0.02),
    "two digons and one unlearned": np.hstack([noisy(vertices("square"), 0.02), np.zeros((2, 1))]),
    "random": np.random.default_rng(0).normal(size=(2, 5)),
}
# As published: mostly digons, some triangles, tetrahedra and pentagons, the rest of 400 features unlearned.
SHAPES = ["tetrahedron"] * 2 + ["triangle"] * 4 + ["pentagon"] * 2 + ["digon"] * 12
STORED = np.asarray(block_diag(*(vertices(name) for name in SHAPES)))
LARGE: dict[str, Floats] = {
    "components": noisy(np.hstack([STORED, np.zeros((len(STORED), 400 - STORED.shape[1]))]), 0.005),
    "random": np.random.default_rng(0).normal(size=(30, 400)),
}


@pytest.mark.parametrize("name", SMALL)
def test_small(benchmark: Any, name: str) -> None:
    """n = 5, m = 2; target: under 1 ms, for thousands of models."""
    benchmark.pedantic(describe, args=(SMALL[name],), rounds=300, warmup_rounds=10)


@pytest.mark.parametrize("name", LARGE)
def test_large(benchmark: Any, name: str) -> None:
    """n = 400, m = 30; target: under 0.1 s."""
    assert LARGE[name].shape == (30, 400)
    benchmark.pedantic(describe, args=(LARGE[name],), rounds=20, warmup_rounds=1)
