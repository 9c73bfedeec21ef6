"""The atlas: what is shipped holds, is found by its setting, and a search lowers or adds; a wrong entry is seen."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from numeric.atlas import (
    FALLOFFS,
    SPARSITIES,
    AtlasEntry,
    Setting,
    atlas,
    build,
    check_entry,
    every_shipped,
    known,
    read_entries,
    settings,
    shipped,
    write_table,
)
from numeric.atlas.building import build_column, columns
from numeric.atlas.candidates import thinned
from numeric.atlas.form import in_form
from numeric.atlas.merging import joined
from numeric.atlas.search import Starts, minima_from
from numeric.law import Correlated, OneHot
from numeric.population import expected_loss

PENTAGON = Setting(5, 2, 1.0, 0.9)


def entry() -> AtlasEntry:
    return shipped(5, 2)[PENTAGON]


@pytest.mark.slow
def test_entries_are_what_they_say() -> None:
    """One in 37, all of them by `antipodal atlas check`."""
    entries = list(every_shipped())
    assert len(entries) >= 120
    assert {one.setting for one in entries} <= set(settings())
    assert [str(fault) for one in entries[::37] for fault in check_entry(one)] == []


def test_the_settings_are_those_of_the_issue() -> None:
    every = list(settings())
    assert len(set(every)) == len(every) == 12 * (30 + 14) + 22 + 14
    assert {one.sparsity for one in every} == {*SPARSITIES, None}
    assert {one.falloff for one in every} == set(FALLOFFS)
    assert all(1 <= one.m < one.n <= 10 and one.m <= 4 for one in every)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda one: replace(one, loss=one.loss * (1 + 1e-6)),
        lambda one: replace(one, W=one.W * 1.001),
        lambda one: replace(one, b=one.b + 1e-5),
        lambda one: replace(one, geometry="hexagon"),
        lambda one: replace(one, hits=100),
        lambda one: replace(one, W=0 * one.W, b=0 * one.b + 0.05),
    ],
)
def test_a_wrong_entry_is_found(wrong: Any) -> None:
    first, *others = entry().minima
    assert check_entry(entry()) == ()
    assert check_entry(replace(entry(), minima=(wrong(first), *others)))


def test_a_higher_minimum_in_front_is_found() -> None:
    assert "is lower than the first" in str(check_entry(replace(entry(), minima=entry().minima[::-1]))[0])


def test_an_entry_is_found_by_its_setting() -> None:
    found = atlas(5, 2, 0.9)
    assert found is entry()
    assert found.loss == pytest.approx(float(expected_loss(found.W, found.b, 0.9)), abs=1e-15)
    assert (found.geometry, found.sparsity, found.n, found.m) == ("pentagon", 0.9, 5, 2)
    assert 0 < found.share <= 1
    assert found.dimensionality == pytest.approx(np.full(5, 2 / 5))
    assert atlas(5, 2, 1 - 0.1) is found
    assert atlas(5, 2, 0.91) is None
    assert atlas(5, 2, 0.9, importance=(1, 1, 1, 1, 0.5)) is None
    assert atlas(5, 2, 0.91, nearest=True) is found
    assert atlas(5, 2, 0.9, importance=(1, 1, 1, 1, 0.5), nearest=True).sparsity == 0.9
    assert atlas(11, 2, 0.9) is atlas(5, 5, 0.9, nearest=True) is None


@pytest.mark.slow
def test_polishing_descends_at_the_setting_asked_for() -> None:
    near = atlas(5, 2, 0.91, nearest=True)
    polished = atlas(5, 2, 0.91, polish=True)
    assert polished.sparsity == 0.91
    assert polished.loss < float(expected_loss(near.W, near.b, 0.91)) - 1e-6
    assert polished.gradient < 1e-12
    assert polished.status == "polished from a neighbour"
    uneven = atlas(3, 2, 0.9, importance=(1, 0.8, 0.7), polish=True)
    assert uneven.importance.tolist() == [1, 0.8, 0.7]
    assert uneven.loss == pytest.approx(float(expected_loss(uneven.W, uneven.b, 0.9, [1, 0.8, 0.7])), abs=1e-15)
    assert atlas(5, 2, 0.9, polish=True) is entry()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"n": 0}, "n must be"),
        ({"sparsity": 1.0}, "sparsity must lie in \\[0, 1\\)"),
        ({"sparsity": None}, "sparsity must be a number, and None beside a law"),
        ({"law": OneHot()}, "sparsity must be a number, and None beside a law"),
        ({"sparsity": None, "law": Correlated([(0, 1), (2, 3), (4,)], 0.5)}, "law must be None or OneHot"),
        ({"importance": (1, 1, 1, 1, 0)}, "importance must be positive"),
        ({"nearest": 1}, "nearest must be True or False"),
    ],
)
def test_bad_input_is_refused(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        atlas(**{"n": 5, "m": 2, "sparsity": 0.9, **arguments})


def test_models_that_are_the_same_have_one_form() -> None:
    """Up to a rotation, a reflection and the order of equal features."""
    setting, generator = Setting(7, 3, 1.0, 0.9), np.random.default_rng(0)
    W, b = generator.normal(size=(3, 7)), generator.normal(size=7)
    first = in_form(setting, W, b)
    turn, order = np.linalg.qr(generator.normal(size=(3, 3)))[0], generator.permutation(7)
    other = in_form(setting, turn @ W, b)
    assert pytest.approx(first.W, abs=1e-12) == other.W
    moved = in_form(setting, W[:, order], b[order])
    assert np.sort(moved.b) == pytest.approx(np.sort(b))
    assert float(expected_loss(first.W, first.b, 0.9)) == pytest.approx(float(expected_loss(W, b, 0.9)), rel=1e-12)
    assert np.abs(np.tril(first.W, -1)).max() == 0
    assert (np.diag(first.W) > 0).all()


def test_a_feature_that_is_silent_at_every_input_has_one_bias() -> None:
    W, b = np.array([[1.0, -1.0, 0.5]]), np.array([0.0, 0.0, -7.0])
    form = in_form(Setting(3, 1, 1.0, 0.9), W, b)
    silent = int(form.b.argmin())
    assert form.b[silent] == -1 - np.maximum(form.W.T @ form.W, 0).sum(1)[silent]
    assert float(expected_loss(form.W, form.b, 0.9)) == pytest.approx(float(expected_loss(W, b, 0.9)), rel=1e-13)


def test_floats_come_back_to_the_last_bit(tmp_path: Path) -> None:
    write_table(tmp_path, [entry()])
    (back,) = read_entries(tmp_path / "n5m2.json.gz")
    assert (back.setting, back.starts, back.enclosure, back.proof, back.certificate) == (
        *(entry().setting, entry().starts, entry().enclosure),
        *(entry().proof, entry().certificate),
    )
    for one, other in zip(back.minima, entry().minima, strict=True):
        assert (one.W == other.W).all()
        assert (one.b == other.b).all()
        assert (one.loss, one.hits, one.inertia, one.geometry) == (
            *(other.loss, other.hits, other.inertia),
            other.geometry,
        )


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\x1f\x8b\x08", b'{"n": 3}', b'[{"n": "x"}]'])
def test_another_file_is_refused_in_a_sentence(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="must"):
        read_entries(path)


def test_what_is_found_later_lowers_or_adds() -> None:
    """A minimum that is higher is listed behind; a lower one stands in front, without what was said of the other."""
    first, *others = entry().minima
    fewer = replace(entry(), minima=(first,))
    added = joined(fewer, others, PENTAGON, 10)
    assert added.W is first.W
    assert (added.enclosure, added.starts) == (entry().enclosure, entry().starts + 10)
    assert [one.loss for one in added.minima] == pytest.approx([one.loss for one in entry().minima])
    higher = replace(entry(), minima=tuple(others), proof="a proof", certificate="a.json.gz")
    lowered = joined(higher, [first], PENTAGON, 10)
    assert lowered.W is first.W
    assert (lowered.enclosure, lowered.proof, lowered.certificate) == (None, None, None)
    assert joined(entry(), [first], PENTAGON, 0).minima[0].hits == 2 * first.hits
    restless = replace(entry(), minima=(replace(first, gradient=1.0),))
    assert joined(restless, [replace(first, W=first.W.copy())], PENTAGON, 0).enclosure is None


@pytest.mark.slow
def test_a_descent_ends_where_curvatures_jump() -> None:
    """Features alone in a dimension have b = 0, on whose sides the curvatures differ by a factor of 1/(1 − s) = 1,000."""
    setting = Setting(3, 2, 1.0, 0.999)
    known_one = shipped(3, 2)[setting]
    rows = setting.problem().packing.join(torch.from_numpy(known_one.W), torch.from_numpy(known_one.b))[None]
    ((found, *_),) = minima_from([setting], Starts.of([rows]))
    assert found.gradient <= 1e-9 * setting.unit
    assert found.loss == pytest.approx(known_one.loss, rel=1e-9)


@pytest.mark.slow
def test_a_search_finds_the_least_loss_and_goes_on_from_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Against the shipped entries, of which it knows nothing; a second run with as many starts changes nothing."""
    monkeypatch.setattr("numeric.atlas.building.shipped", lambda n, m: {})
    column = columns(settings(n=2, m=1, falloff=1.0, one_hot=False))[0][4:7]
    assert build_column(column, tmp_path, 6) == 3
    for setting in column:
        found = known(tmp_path, setting)
        assert found is not None
        assert found.loss == pytest.approx(shipped(2, 1)[setting].loss, rel=1e-12)
        assert found.starts == 6
        assert check_entry(found) == ()
    before = {path: read_entries(path)[0].loss for path in tmp_path.iterdir()}
    assert build_column(column, tmp_path, 6) == 0
    assert {path: read_entries(path)[0].loss for path in tmp_path.iterdir()} == before


@pytest.mark.slow
def test_models_of_one_more_feature_lose_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At n = 9, m = 1, s = 0.95 nothing else was as low; each setting tries them once."""
    setting = Setting(9, 1, 1.0, 0.95)
    more = shipped(10, 1)[replace(setting, n=10)]
    rows = thinned(setting, more.W, more.b)
    W, b = setting.problem().packing.split(rows)
    assert W.shape == (10, 1, 9)
    for i in range(10):
        assert W[i].tolist() == np.delete(more.W, i, axis=1).tolist()
        assert b[i].tolist() == np.delete(more.b, i).tolist()
    ((found, *_),) = minima_from([setting], Starts.of([rows]))
    assert found.loss < shipped(8, 1)[replace(setting, n=8)].loss + 0.05 / 3 - 0.05**2 / 4 - 1e-5
    tried: list[Setting] = []

    def recorded(setting: Setting, W: Any, b: Any) -> torch.Tensor:
        tried.append(setting)
        return thinned(setting, W, b)

    monkeypatch.setattr("numeric.atlas.building.thinned", recorded)
    column = columns(settings(n=2, m=1, falloff=1.0, one_hot=False))[0][5:7]
    build_column(column, tmp_path, 1)
    assert tried == list(column)


@pytest.mark.processes
@pytest.mark.slow
def test_a_build_runs_in_processes(tmp_path: Path) -> None:
    shares: list[float] = []
    done = build(settings(n=2, falloff=1.0, one_hot=True), tmp_path, starts=1, workers=1, progress=shares.append)
    assert (done.settings, shares) == (1, [1.0])
    with pytest.raises(ValueError, match="starts must be"):
        build(settings(n=2), tmp_path, starts=0)
