"""The suite of the atlas: it holds of what is shipped, and sees what is planted."""

import gzip
import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from numeric.atlas import AtlasEntry, Interval, Setting, shipped
from verify.suites import atlas, atlas_exact

PENTAGON = Setting(5, 2, 1.0, 0.9)


def entry() -> AtlasEntry:
    return shipped(5, 2)[PENTAGON]


def ignore(share: float) -> None:
    assert 0 <= share <= 1


def test_the_claims_are_of_ten_entries_and_of_all() -> None:
    assert len(atlas.chosen(False)) == atlas.SAMPLE < len(atlas.chosen(True))
    assert len(atlas.chosen(False, proved=True)) == atlas.SAMPLE < len(atlas.chosen(True, proved=True))
    assert len(atlas.claims()) == 4


@pytest.mark.parametrize("check", [atlas.losses, atlas.minima, atlas.polytopes])
def test_what_is_shipped_holds(check: object) -> None:
    found = check((entry(),), ignore)  # type: ignore[operator]
    assert found.deviation <= found.tolerance


def test_what_is_planted_is_seen() -> None:
    first = entry().minima[0]
    other = replace(entry(), minima=(replace(first, loss=first.loss + 1e-6),))
    assert atlas.losses((other,), ignore).deviation > 1e-7
    moved = replace(entry(), enclosure=Interval(str(float(entry().enclosure[0]) + 1e-12), "1E-40"))
    assert atlas.losses((moved,), ignore).deviation == float("inf")
    assert atlas.minima((other,), ignore).deviation == 1
    above = replace(entry(), minima=entry().minima[1:])
    assert atlas.polytopes((above,), ignore).deviation > 1e-2


def proved_entry() -> AtlasEntry:
    return shipped(2, 1)[Setting(2, 1, 1.0, 0.9)]


def test_every_proved_entry_names_a_certificate_that_is_there() -> None:
    """But for those whose loss is 0; what they are is checked by `make verify`."""
    for one in atlas.chosen(True, proved=True):
        proof = atlas_exact.proof_of(one.setting)
        assert one.certificate is None or (proof and proof.call, proof and proof.file) == (one.proof, one.certificate)
        assert one.certificate is not None or one.loss < 1e-12
        assert one.certificate is None or (atlas_exact.FOLDER / one.certificate).is_file()


@pytest.mark.slow
def test_certificates_prove_what_entries_say() -> None:
    """A loss above the bound, another setting's certificate, one that is not there, or that is elsewhere, are seen."""
    one = proved_entry()
    assert atlas.proofs((one,), ignore).deviation == 0
    higher = replace(one, minima=one.minima[1:])
    beside = replace(one, certificate="atlas-n2m1-s0.95.json.gz")
    nudged = replace(one, minima=(replace(one.minima[0], W=1.0001 * one.W),))  # some 1e-9 higher
    wrong = [
        (nudged, "above what atlas-n2m1-s0.9.json.gz proves"),
        (higher, "above what atlas-n2m1-s0.9.json.gz proves"),
        (beside, "of another setting"),
        (replace(one, certificate="range-s05-s10-all.json.gz"), "of another setting"),
        (replace(one, certificate="atlas-n2m1-s0.75.json.gz"), "there is no certificate"),
        (replace(one, certificate="../__init__.py"), "must be the name of a file"),
        (replace(one, certificate=None), "above what K ≥ 0 proves"),
    ]
    for other, sentence in wrong:
        assert sentence in str(atlas_exact.unproved(other))
    assert atlas.proofs((higher, one, beside), ignore).deviation == 2


def test_a_changed_certificate_bounds_nothing(tmp_path: Path) -> None:
    setting, file = proved_entry().setting, tmp_path / "changed.json.gz"
    document = json.loads(gzip.decompress((atlas_exact.FOLDER / "atlas-n2m1-s0.9.json.gz").read_bytes()))
    file.write_bytes(gzip.compress(json.dumps(document).encode()))
    assert atlas_exact.lower_bound(setting, file) == Fraction(document["lower"])
    file.write_bytes(gzip.compress(json.dumps({**document, "lower": "1/300"}).encode()))
    with pytest.raises(ValueError, match="digest"):
        atlas_exact.lower_bound(setting, file)


def test_a_proof_is_only_of_settings_that_a_theorem_is_of() -> None:
    assert atlas_exact.proof_of(PENTAGON) is None
    assert atlas_exact.proof_of(Setting(2, 1, 1.0, 0.0)) is None
    assert atlas_exact.proof_of(Setting(5, 2, 0.9, None)) is None
    axis = atlas_exact.proof_of(Setting(3, 1, 1.0, 0.95))
    assert axis == (
        "analytic.one_axis.certify_axis(3, '19/20')",
        "axis-s95.json.gz",
        {"kind": "axis", "sparsity": "19/20"},
    )


def test_the_catalogue_bounds_alike_and_independent_features_alone() -> None:
    level = atlas_exact.best_packing(PENTAGON)
    assert level is not None
    assert float(level) == pytest.approx(entry().loss, rel=1e-12)
    assert (
        atlas_exact.best_packing(replace(PENTAGON, falloff=0.9))
        is atlas_exact.best_packing(replace(PENTAGON, sparsity=None))
        is None
    )
    assert atlas_exact.decimal(0.995) == Fraction(995, 1000)
