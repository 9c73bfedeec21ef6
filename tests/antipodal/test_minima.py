"""The atlas at the door: enclosures, proofs, the catalogue of polytopes as a bound, the commands."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

import analytic.law
from analytic.loss import loss_of_floats
from antipodal import OneHot, atlas
from antipodal.command import app
from antipodal.minima import check, enclosed, news, proved
from numeric.atlas import AtlasEntry, Interval, write_table
from numeric.running.command_line import run_command


def entry() -> AtlasEntry:
    found = atlas(5, 2, "9/10")
    assert found is not None
    return found


def test_an_enclosure_holds_the_exact_loss_of_the_floats() -> None:
    exact = loss_of_floats(entry().W, entry().b, analytic.law.Independent("9/10"))
    middle, radius = map(Fraction, enclosed(entry()).enclosure or ())
    assert abs(Fraction(int(exact.p), int(exact.q)) - middle) <= radius <= Fraction(entry().setting.unit) / 10**30
    assert enclosed(entry()).enclosure == entry().enclosure


@pytest.mark.slow
def test_what_a_proof_is_of() -> None:
    """A certificate bounds every loss from below; a minimum that is not the least is not proved."""
    smallest = atlas(2, 1, "9/10")
    assert smallest is not None
    assert smallest.status == "proved"
    assert smallest.proof == "analytic.n2m1.bias.certify('9/10', (1, '1'))"
    assert smallest.certificate == "atlas-n2m1-s0.9.json.gz"
    assert proved(replace(smallest, proof=None, certificate=None)).certificate == smallest.certificate
    worse = replace(smallest, minima=smallest.minima[1:])
    assert (proved(worse).proof, proved(worse).certificate) == (None, None)
    assert "above what atlas-n2m1-s0.9.json.gz proves" in str([*check(worse)])
    assert proved(entry()).proof is None
    assert entry().status.startswith("best of ")
    perfect = atlas(3, 2, law=OneHot())
    assert perfect is not None
    assert (perfect.status, perfect.proof, perfect.certificate) == ("proved", "K is nowhere negative", None)


@pytest.mark.slow
def test_check_finds_what_is_planted() -> None:
    assert list(check(entry())) == []
    middle, radius = entry().enclosure or ("0", "0")
    moved = replace(entry(), enclosure=Interval(str(float(middle) + 1e-12), radius))
    assert "its enclosure is" in str(next(check(moved)))
    assert "above what K ≥ 0 proves" in str(next(check(replace(entry(), proof="a proof"))))
    above = replace(entry(), minima=entry().minima[1:], enclosure=None)
    assert [str(fault).partition(":")[2][:34] for fault in check(above)] == [
        " the catalogue of polytopes is lower"[:34]
    ]


def test_laws_of_the_door() -> None:
    from antipodal import Independent

    assert atlas(5, 2, Independent("9/10")) is entry()
    assert atlas(5, 2, law=Independent(0.9)) is entry()
    with pytest.raises(ValueError, match="sparsity must be None beside a law"):
        atlas(5, 2, 0.9, law=OneHot())


def test_the_command_checks_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lower = replace(entry(), minima=(replace(entry().minima[0], loss=0.02), *entry().minima[1:]))
    write_table(tmp_path, [entry()])
    assert run_command(app, ["atlas", "check", str(tmp_path / "n5m2.json.gz")]) == 0
    assert "1 of 1 entries checked, 0 faults" in capsys.readouterr().out
    write_table(tmp_path, [lower])
    assert run_command(app, ["atlas", "check", str(tmp_path / "n5m2.json.gz")]) == 1
    said = capsys.readouterr().out
    assert "its loss is 0.02, computed 0.0263" in said
    assert "to replace, n = 5, m = 2, s = 0.9: 0.02, pentagon, lower by 0.00631" in said
    assert news(replace(entry(), setting=replace(entry().setting, sparsity=0.91))).startswith("to add, ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "nowhere.json"], "file must be a table of atlas entries, got 'nowhere.json'"),
        (["check", "--every", "0"], "every must be"),
        (["build", "--law", "many"], "law must be independent or one-hot, got 'many'"),
        (["build", "--n", "11"], "must leave a setting of the table"),
        (["build", "--n", "2", "--starts", "0"], "starts must be"),
    ],
)
def test_bad_input_ends_with_one_sentence(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ["--out", str(tmp_path)] if arguments[0] == "build" else []
    assert run_command(app, ["atlas", *arguments, *out]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert said in error
