"""More features than can be enumerated: rows against the reference in extended precision, models against samples."""

from itertools import accumulate, pairwise
from typing import Any

import numpy as np
import pytest
import reference
import torch
from hostile import NIGHTLY, Floats, examples
from hypothesis import assume, given
from hypothesis import strategies as st
from reference import Law, anticorrelated, independent

from numeric.law import UNIT, Anticorrelated, Correlated, Independent, Magnitude
from numeric.minimise import minimise_loss
from numeric.monte_carlo import expected_loss_monte_carlo
from numeric.population import expected_loss, few_features, line_rows, row_values, takes_law
from numeric.population.lines import Lines
from numeric.train import Recording, TrainConfig, train

PROMISED = 1e-10  # of K + Σ I_i E x_i², also where one row alone is of importance


def row_error(W: Floats, b: Floats, i: int, law: Law, sparsity: object, form: object = None) -> float:
    """Of E(x_i - f_i)² alone, in units of what is promised of it; the reference must be known within twice that."""
    only = np.eye(len(b))[i]
    found = expected_loss(torch.from_numpy(W), torch.from_numpy(b), sparsity, only, law=form).item()  # type: ignore[arg-type]
    G = W.astype(reference.Real).T @ W.astype(reference.Real)
    second = float(law.share[i]) / 3
    expected = reference.row(G[i], b[i], i, law, tolerance=PROMISED * second / 8)
    size = second + float(expected.value) + second
    return max(abs(found - float(expected.value) - second), expected.error / 2) / size / PROMISED


ROWS = [(20, 5, 0.1), (20, 5, 0.9), (20, 5, 0.99), (50, 10, 0.98), (100, 15, 0.1), (400, 30, 0.1), (400, 30, 0.95)]
MORE = [(400, 30, 0.98), (400, 30, 0.999), (400, 30, 0.9999), (200, 20, 0.99), (1000, 50, 0.9)]


@pytest.mark.hypothesis
@pytest.mark.parametrize(("n", "m", "s"), ROWS + MORE * NIGHTLY)
@pytest.mark.slow
def test_rows_of_random_models(n: int, m: int, s: float) -> None:
    random = np.random.default_rng(n)
    W = random.normal(size=(m, n)) / np.sqrt(m)
    for b in (np.full(n, -0.1), np.zeros(n)):
        assert row_error(W, b, int(random.integers(n)), independent(s, n), s) <= 1


@pytest.mark.parametrize("s", [0.0, 0.8])
def test_rows_under_anticorrelation(s: float) -> None:
    """Groups of 1 to 4 of 30 features."""
    random = np.random.default_rng(7)
    W, b = random.normal(size=(5, 30)) / np.sqrt(5), random.normal(size=30) / 10
    ends = [0, 4, 8, 11, 13, 14, 18, 22, 25, 29, 30]
    groups = [list(range(*pair)) for pair in pairwise(ends)]
    for i in (0, 13, 29):
        assert row_error(W, b, i, anticorrelated(groups, s), None, Anticorrelated(groups, s)) <= 1


def runs(*sizes: int) -> list[list[int]]:
    """Groups of these sizes, one after the other."""
    return [list(range(*pair)) for pair in pairwise(accumulate(sizes, initial=0))]


TWINS = {
    "independent": 0.3,
    "independent, sparse": 0.99,
    "together": Correlated(runs(2, 1, 3, 2, 2, 1, 4, 2, 3, 2, 2), 0.05),
    "together, sparse": Correlated(runs(2, 1, 3, 2, 2, 1, 4, 2, 3, 2, 2), 0.995),
    "one of a group": Anticorrelated(runs(4, 1, 3, 2, 5, 6, 3), 0.02),
    "one of a group, sparse": Anticorrelated(runs(4, 1, 3, 2, 5, 6, 3), 0.99),
}


@pytest.mark.parametrize("name", TWINS)
@pytest.mark.slow
def test_compiled_sums_are_those_of_plain_torch(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Value and gradient of both sums over nodes, each with its own formulas for the derivatives, at the same nodes: they
    differ by roundings, of some hundred nodes' terms; supports of at most two features are left out where they are sparse.
    """
    random = np.random.default_rng(5)
    W, b = random.normal(size=(6, 24)) / np.sqrt(6), random.normal(size=24) / 10 - 0.1
    split: list[bool] = []

    def chosen(*arguments: Any, **options: Any) -> Lines:
        lines = line_rows.choose_lines(*arguments, **options)
        split.extend(lines.split[lines.nodes > 0].tolist())
        return lines

    for route in (row_values, few_features):
        monkeypatch.setattr(route, "choose_lines", chosen)
    found = []
    for compiled in (True, False):
        monkeypatch.setattr(line_rows, "AVAILABLE", compiled)
        at = torch.from_numpy(W).requires_grad_(), torch.from_numpy(b).requires_grad_()
        law = TWINS[name]
        K = expected_loss(*at, law) if isinstance(law, float) else expected_loss(*at, None, law=law)
        found.append([K.detach(), *torch.autograd.grad(K, at)])
    assert name.endswith("sparse") in split
    for one, other in zip(*found, strict=True):
        assert (one - other).abs().max() < 1e-13 * other.abs().max()


KINDS = ["two sizes", "all sizes", "stored", "antipodal", "columns", "large", "one direction"]


def hostile_weights(kind: str, m: int, n: int, random: np.random.Generator) -> Floats:
    """The kinds of `hostile.weights` for more features than hypothesis draws entry by entry."""
    W: Floats = random.normal(size=(m, n)) / np.sqrt(m)
    signs = random.choice([-1, 1], size=(m, n))
    match kind:
        case "two sizes":
            return np.where(random.random((m, n)) < 0.5, W, signs * 10 ** random.uniform(-12, -3, (m, n)))
        case "all sizes":
            return signs * 10 ** random.uniform(-6, 0.5, (m, n))
        case "columns":
            return W * 10 ** random.uniform(-4, 0.5, n)
        case "large":
            return W * 10 ** random.uniform(1, 3)
        case "one direction":
            return np.concatenate([np.ones((1, n)), 1e-3 * W[1:]])
    stored = np.zeros((m, n))
    for j in range(n):
        pair = j // 2 if kind == "antipodal" else int(random.integers(m))
        stored[pair % m, j] = -1 if j % 2 and kind == "antipodal" else random.choice([-1, 1])
    return stored + 10 ** random.uniform(-8, -2) * W


@examples(4, 500)
@given(
    st.sampled_from(KINDS),
    st.integers(13, 40),
    st.integers(2, 6),
    st.floats(-3, 0),
    st.sampled_from(["zero", "small", "mean"]),
    st.integers(0, 2**32),
)
@pytest.mark.slow
def test_rows_of_hostile_models(kind: str, n: int, m: int, log_density: float, bias: str, seed: int) -> None:
    random = np.random.default_rng(seed)
    W, p = hostile_weights(kind, m, n, random), 10**log_density
    b = {"zero": np.zeros(n), "small": random.normal(size=n) / 10, "mean": np.full(n, p / 2)}[bias]
    law = independent(1 - p, n)
    found = expected_loss(torch.from_numpy(W), torch.from_numpy(b), 1 - p, 0.9 ** np.arange(n))
    assert torch.isfinite(found)
    try:
        error = row_error(W, b, int(random.integers(n)), law, 1 - p)
    except ArithmeticError:  # the reference would take too long
        assume(False)
    assert error <= 1


# --- trained models

DENSITIES = (0.3, 0.1, 0.05, 0.02, 0.01)


def trained(n: int, m: int, steps: int) -> list[tuple[Floats, Floats, float, Floats]]:
    """W, b, sparsity and importance along the training of ten models: five densities, importance 1 and 0.9^i."""
    decaying = tuple(0.9**i for i in range(n))
    config = TrainConfig(
        n_features=n,
        n_hidden=m,
        seeds=(0,) * 10,
        sparsity=tuple(1 - p for p in DENSITIES) * 2,
        importance=(1.0,) * 5 + (decaying,) * 5,
        steps=steps,
        batch_size=256,
        learning_rate=0.02,
    )
    at = (0, steps // 20, steps // 4, steps)
    records = train(config, record=Recording(at, {"W": lambda s: s.W.numpy(), "b": lambda s: s.b.numpy()})).records  # type: ignore[union-attr]
    return [
        (records["W"][t, k], records["b"][t, k], 1 - DENSITIES[k % 5], np.array(decaying) ** (k >= 5))
        for t in range(len(at))
        for k in range(10)
    ]


@pytest.fixture(scope="module")
def along_training() -> list[tuple[Floats, Floats, float, Floats]]:
    return trained(20, 5, 1000)


@pytest.mark.slow
def test_rows_of_trained_models(along_training: list[tuple[Floats, Floats, float, Floats]]) -> None:
    """A row of every other model, learned or not."""
    random = np.random.default_rng(0)
    for W, b, s, _ in along_training[::2]:
        assert row_error(W, b, int(random.integers(20)), independent(s, 20), s) <= 1


@pytest.mark.slow
def test_no_trained_model_is_refused(along_training: list[tuple[Floats, Floats, float, Floats]]) -> None:
    for W, b, s, importance in along_training:
        assert np.isfinite(expected_loss(torch.from_numpy(W), torch.from_numpy(b), s, importance).item())


@pytest.mark.slow
def test_trained_models_against_samples(along_training: list[tuple[Floats, Floats, float, Floats]]) -> None:
    """Within 4 standard errors of 100,000 samples (`make fuzz`: 1e6): a false alarm has probability 6e-5 a model, 6e-4 in all."""
    for W, b, s, importance in along_training[-10:]:
        sampled = expected_loss_monte_carlo(W, b, s, importance, samples=100_000)
        found = expected_loss(torch.from_numpy(W), torch.from_numpy(b), s, importance).item()
        assert abs(found - sampled.mean) < 4 * sampled.standard_error


@pytest.mark.hypothesis
@pytest.mark.skipif(not NIGHTLY, reason="minutes of training and sampling")
@pytest.mark.parametrize(("n", "m", "steps"), [(20, 5, 4000), (80, 12, 2000), (200, 20, 1500)])
def test_larger_trained_models_against_samples(n: int, m: int, steps: int) -> None:
    """None refused, each within 4 standard errors of 1e6 samples: 40 models, a false alarm has probability 2.5e-3."""
    for W, b, s, importance in trained(n, m, steps):
        sampled = expected_loss_monte_carlo(W, b, s, importance)
        found = expected_loss(torch.from_numpy(W), torch.from_numpy(b), s, importance).item()
        assert abs(found - sampled.mean) < 4 * sampled.standard_error


@pytest.mark.parametrize(
    ("n", "m", "p", "samples"), [(150, 15, 1e-3, 100_000), (400, 30, 0.2, 10_000), (400, 30, 1.0, 10_000)]
)
@pytest.mark.slow
def test_random_models_against_samples(n: int, m: int, p: float, samples: int) -> None:
    """Within 4 standard errors: a false alarm has probability 6e-5 each, and seeds are fixed."""
    random = np.random.default_rng(n)
    W, b = random.normal(size=(m, n)) / np.sqrt(m), -0.1 * random.random(n)
    importance = np.linspace(1, 0, n)
    sampled = expected_loss_monte_carlo(W, b, 1 - p, importance, samples=samples)
    found = expected_loss(torch.from_numpy(W), torch.from_numpy(b), 1 - p, importance).item()
    assert abs(found - sampled.mean) < 4 * sampled.standard_error


def test_many_features_of_which_few_matter() -> None:
    """One antipodal pair, 38 features dropped or nearly: n = 2 exactly, and E x² for each that is dropped with b < 0."""
    W = torch.zeros(3, 40, dtype=torch.float64)
    W[0, 0], W[0, 1], W[1, 2:] = 1, -0.75, 1e-12 * torch.arange(38)
    b = torch.full((40,), -0.125, dtype=torch.float64)
    pair = expected_loss(W[:1, :2], b[:2], 0.9).item()
    assert expected_loss(W, b, 0.9).item() == pytest.approx(pair + 38 * 0.1 / 3, rel=1e-11)


@pytest.mark.slow
def test_a_law_that_says_no_more_than_a_sparsity_goes_its_way() -> None:
    """Of any number of features, to the same bits."""
    random = np.random.default_rng(2)
    W, b, s = random.normal(size=(30, 200)) / 6, random.normal(size=200) / 10 - 0.1, random.uniform(0.8, 0.99, 200)
    law = Independent(s.tolist(), magnitude=(UNIT,) * 200)
    assert takes_law(law, 200)
    assert expected_loss(W, b, None, law=law) == expected_loss(W, b, s)
    other = Independent(0.9, magnitude=(UNIT, Magnitude.uniform(0, 2)))
    assert expected_loss(W[:1, :2], b[:2], None, law=other) != expected_loss(W[:1, :2], b[:2], 0.9)
    ends = (
        minimise_loss(3, 2, 0.8, starts=2),
        minimise_loss(3, 2, law=Independent(0.8), starts=2),
    )
    assert ends[0].value == ends[1].value
