"""The figures of finite data on small settings: what is stored, the exact curves beside it, and that runs go on."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from captions import checked
from matplotlib import pyplot

from analytic.memorised import memorised
from figures.finite_data import memorisation, memorisation_decay, runs

SMALL = replace(
    runs.QUICK, points=(3, 5, 30, 1500, None), seeds=(0, 1), n_features=60, sparsity=0.9, steps=600, warm_up=30
)


def silent(share: float) -> None:
    assert 0 <= share <= 1


@pytest.fixture(scope="module")
def shown() -> runs.Finite:
    return runs.finite(SMALL, "cpu", silent)


@pytest.mark.slow
def test_few_examples_or_many_features_are_stored(shown: runs.Finite) -> None:
    assert [kept.points for kept in shown.stored] == list(SMALL.points)
    three, five, _, _, fresh = shown.stored
    assert three.regime == five.regime == "memorising"
    np.testing.assert_allclose(five.examples, 2 / 5, rtol=0.25)
    assert fresh.regime == "generalising"
    assert shown.memorised_to >= 5
    assert shown.generalised_from in (30, 1500)
    assert shown.corners == 5
    # A model of zeros has loss 1 on any samples; the models of fresh samples do better on new ones by many errors.
    assert (shown.test_loss[-1] < 1 - 20 * shown.test_error[-1]).all()
    # Five samples of six active features out of sixty are stored well, though they share features; 1,500 are not.
    assert shown.training_loss[1].min() < 0.2 < shown.training_loss[3].min()
    assert np.isnan(shown.training_loss[-1]).all()


@pytest.mark.slow
def test_exact_norms_are_those_of_the_t_gon(shown: runs.Finite) -> None:
    for T, weights, biases in shown.t_gon.T:
        exact = memorised(int(T))
        assert weights == float(exact.weight_norm)
        assert biases == float(exact.bias_norm)
    for k, kept in enumerate(shown.stored):
        norms = shown.weight_norm[k]
        assert np.isclose(norms, np.linalg.norm(kept.W)).any()


@pytest.mark.slow
def test_figure_and_caption(shown: runs.Finite) -> None:
    pyplot.close(memorisation.draw(shown))
    text = checked(memorisation.caption(shown))
    assert "not of their law" in text


@pytest.mark.slow
def test_a_run_in_a_folder_goes_on(tmp_path: Path, shown: runs.Finite) -> None:
    class Stop(Exception):
        pass

    def stop(share: float) -> None:
        if share > 0:
            raise Stop

    with pytest.raises(Stop):
        runs.finite(SMALL, "cpu", stop, tmp_path)
    assert (tmp_path / "memorisation_0.npz").exists()
    again = runs.finite(SMALL, "cpu", silent, tmp_path)
    np.testing.assert_array_equal(again.test_loss, shown.test_loss)


def test_weight_decay_shrinks_the_weights_and_the_bump() -> None:
    config = replace(
        memorisation_decay.QUICK, points=(5, 30), n_features=60, sparsity=0.9, steps=600, warm_up=30, seeds=(0, 1)
    )
    shown = memorisation_decay.decayed(config, silent)
    assert shown.test_loss.shape == (2, 3, 2)
    norms = shown.weight_norm.mean(axis=2)
    assert (norms[:, 2] < norms[:, 0]).all()
    told = memorisation_decay.bumps(shown)
    assert told[2][0] < told[0][0]
    assert all(value == np.nanmin(shown.test_loss, axis=2)[:, k].max() for k, (value, _) in enumerate(told))
    checked(memorisation_decay.caption(shown))
    pyplot.close(memorisation_decay.draw(shown))
