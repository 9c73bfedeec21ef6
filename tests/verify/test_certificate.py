"""The checker of certificates: alone on an interpreter, true files accepted, damaged ones rejected or still true."""

import ast
import gzip
import json
import random
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from analytic.n2m1.bias import Certified, certify
from verify import certificate, checkers
from verify.certificate import Rejected, digest, verify
from verify.checkers.wedges import positive

CHECKER = Path(certificate.__file__)
MODULES = [path.stem for path in Path(checkers.__file__).parent.glob("*.py")]
DAMAGES = 200 if settings().max_examples > 1000 else 10
# Of small trees: one chart suffices for equal importances, and dense features of unlike importance drop one.
SETTINGS: dict[str, tuple[Any, ...]] = {"strong": ("19/20", (1, 1), "1/200"), "drop": ("3/100", (1, "1/10"))}


@pytest.fixture(scope="module")
def solved() -> dict[str, Certified]:
    found = {name: certify(*setting) for name, setting in SETTINGS.items()}
    assert all(isinstance(one, Certified) for one in found.values())
    return found  # type: ignore[return-value]


def signed(document: dict[str, Any]) -> dict[str, Any]:
    """The document with a digest that fits: damage done on purpose."""
    body = {key: value for key, value in document.items() if key != "digest"}
    return {**body, "digest": digest(body)}


def changed(document: Any, **values: Any) -> dict[str, Any]:
    return signed({**document, **values})


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.processes
def test_it_runs_with_nothing_installed(solved: dict[str, Certified], name: str, tmp_path: Path) -> None:
    path = tmp_path / "certificate.json"
    solved[name].save(path)
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(CHECKER), str(path)], capture_output=True, text=True, check=True
    )
    assert f"s = {SETTINGS[name][0]}, I = (1, {SETTINGS[name][1][1]})" in done.stdout
    path.write_text(path.read_text().replace('"lower": "', '"lower": "1'))
    done = subprocess.run([sys.executable, "-I", "-S", str(CHECKER), str(path)], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert "digest" in done.stderr


@pytest.mark.parametrize("path", [CHECKER, *sorted(Path(checkers.__file__).parent.glob("*.py"))], ids=lambda p: p.stem)
def test_it_imports_nothing_else(path: Path) -> None:
    """The standard library and, by relative imports, what lies in the folder of checkers."""
    found = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, (ast.Import, ast.ImportFrom))]
    own = [node.module or "" for node in found if isinstance(node, ast.ImportFrom) and node.level == 1]
    assert all(name.split(".")[0] in (["checkers"] if path == CHECKER else MODULES) for name in own if name)
    names = [node.module or ".." for node in found if isinstance(node, ast.ImportFrom) and node.level != 1]
    names += [alias.name for node in found if isinstance(node, ast.Import) for alias in node.names]
    assert {name.split(".")[0] for name in names} <= {*sys.stdlib_module_names}


def random_damages(document: dict[str, Any], rng: random.Random) -> dict[str, dict[str, Any]]:
    """One damage of each kind that must always be rejected."""
    charts = document["charts"]
    which = rng.randrange(len(charts))
    tree = charts[which]["tree"]
    leaf = rng.choice([k for k, mark in enumerate(tree) if mark == "."])

    def with_tree(new: str) -> dict[str, Any]:
        return changed(document, charts=[{**c, "tree": new} if k == which else c for k, c in enumerate(charts)])

    lower, upper = Fraction(document["lower"]), Fraction(document["upper"])
    s, other = Fraction(document["sparsity"]), Fraction(document["importance"][1])
    slack = (upper - lower) * rng.randint(2, 100) + Fraction(1, 10**12)
    far = Fraction(rng.randint(1, 9), 1000)
    return {
        "a leaf removed": with_tree(tree[:leaf] + tree[leaf + 1 :]),
        "a leaf too many": with_tree(tree[:leaf] + "." + tree[leaf:]),
        "an unknown mark": with_tree(tree[:leaf] + rng.choice("3x ,") + tree[leaf + 1 :]),
        "the upper bound below the minimum": changed(document, lower=str(lower - 2 * slack), upper=str(lower - slack)),
        "the lower bound above the minimum": changed(document, lower=str(upper + slack), upper=str(upper + slack)),
        "another sparsity": changed(document, sparsity=str(s + (far if s < 1 - far else -far))),
        "another importance": changed(document, importance=[document["importance"][0], str(other * (1 - far))]),
        "a chart removed": changed(document, charts=charts[1:]),
    }


@pytest.mark.hypothesis  # all the damages are for `make fuzz`
@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.slow
def test_false_claims_are_rejected(solved: dict[str, Certified], name: str) -> None:
    rng = random.Random(20261128)
    for _ in range(DAMAGES):
        for kind, document in random_damages(dict(solved[name].certificate), rng).items():
            with pytest.raises((Rejected, ValueError)):
                pytest.fail(f"{kind}: {verify(document)}")


@pytest.mark.hypothesis
@pytest.mark.slow
def test_another_penalty_is_rejected(solved: dict[str, Certified]) -> None:
    """Where both features are stored the minimum rises with λ, so bounds for one are false for another."""
    for share in range(1, 1 + DAMAGES // 2):
        for sign in (1, -1):
            with pytest.raises(Rejected):
                verify(
                    changed(
                        solved["strong"].certificate, penalty=str(Fraction(1, 200) * (1 + sign * Fraction(share, 1000)))
                    )
                )


@pytest.mark.hypothesis
@pytest.mark.slow
def test_what_a_damaged_file_still_proves_is_true(solved: dict[str, Certified]) -> None:
    """Cuts of the tree at another axis, other points, bounds moved outwards: rejected, or bounds that hold the minimum."""
    rng, accepted = random.Random(7), 0
    found = solved["drop"]
    for _ in range(DAMAGES):
        document: dict[str, Any] = json.loads(json.dumps(dict(found.certificate)))
        chart = rng.choice(document["charts"])
        place = rng.randrange(len(chart["tree"]))
        damage = rng.choice(["axis", "split", "linear", "bounds"])
        if damage == "axis":
            chart["tree"] = chart["tree"][:place] + rng.choice("012") + chart["tree"][place + 1 :]
        elif damage == "split":
            chart["tree"] = chart["tree"].replace(".", rng.choice("012") + "..", 1)
        elif damage == "linear":
            chart["linear"] = rng.choice(["within", "unused", "x"])
        else:
            document["lower"] = str(Fraction(document["lower"]) * Fraction(rng.randint(90, 100), 100))
        try:
            verify(signed(document))
        except Rejected:
            continue
        accepted += 1
        assert Fraction(document["lower"]) <= Fraction(str(found.loss_lower)) <= Fraction(document["upper"])
    assert accepted > 0


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", "[" * 100_000, '{"digest": 1}'])
def test_what_is_no_certificate_is_rejected(text: str, tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_text(text)
    assert certificate.main([str(path)]) == 1


@pytest.mark.slow
def test_a_gzipped_file_is_read_unless_it_is_cut_short(
    solved: dict[str, Certified], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, content = tmp_path / "file.json.gz", gzip.compress(json.dumps(solved["drop"].certificate).encode())
    path.write_bytes(content)
    assert certificate.main([str(path)]) == 0
    assert "I = (1, 1/10)" in capsys.readouterr().out
    for damaged, fault in ((content[:-9], "cut short"), (content[:20] + b"\0" + content[21:], ""), (content[:2], "")):
        path.write_bytes(damaged)
        assert certificate.main([str(path)]) == 1
        assert fault in capsys.readouterr().err


def test_a_file_that_unpacks_to_too_much_is_rejected(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "file.json.gz"
    path.write_bytes(gzip.compress(b" " * (certificate.MOST_BYTES + 1)))
    assert certificate.main([str(path)]) == 1
    assert "no certificate" in capsys.readouterr().err


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert certificate.main([str(tmp_path / "none.json")]) == 2
    assert certificate.main([]) == 2


def test_a_polynomial_that_dips_below_zero_is_not_positive() -> None:
    """(x − 1/2)² + (y − 1/2)² ± 1/100: positive at all corners, and in Bernstein coefficients of both signs."""
    bowl = {(2, 0): Fraction(1), (1, 0): Fraction(-1), (0, 2): Fraction(1), (0, 1): Fraction(-1)}
    assert positive({**bowl, (0, 0): Fraction(51, 100)})
    assert not positive({**bowl, (0, 0): Fraction(49, 100)})
