"""Certificates of three features on one axis: the shipped one holds, damaged ones do not."""

import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from analytic.one_axis.table import FOLDER, Change, known_axis
from numeric.population import expected_loss
from verify import certificate
from verify.certificate import digest, read, verify
from verify.checkers import Rejected, axis
from verify.checkers.axis import BITS, Bound, Side, used
from verify.checkers.axis_moments import cross, mean, seen
from verify.suites import axis_losses
from verify.suites.axis_losses import COARSE

FILE = Path(str(FOLDER / f"{COARSE}.json.gz"))


def changed(**values: Any) -> dict[str, Any]:
    body = {**read(FILE.read_bytes()), **values}
    return {**body, "digest": digest({key: value for key, value in body.items() if key != "digest"})}


@pytest.mark.slow
@pytest.mark.processes
def test_it_runs_with_nothing_installed() -> None:
    command = [sys.executable, "-I", "-S", str(certificate.__file__), str(FILE)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("At s = 7/10 the least loss of three features on one axis")


def damages() -> dict[str, dict[str, Any]]:
    document = read(FILE.read_bytes())
    tree, point, pair = document["tree"], document["point"], document["pair"]
    lower, upper = Fraction(document["lower"]), Fraction(document["upper"])
    leaf = tree.index("N")
    return {
        "a leaf removed": changed(tree=tree[:leaf] + tree[leaf + 1 :]),
        "a leaf too many": changed(tree="N" + tree),
        "an unknown mark": changed(tree=tree[:leaf] + "x" + tree[leaf + 1 :]),
        "an axis too many": changed(tree="5NN"),
        "one leaf for all": changed(tree="N"),
        "an upper bound that is not reached": changed(upper=str(lower + (upper - lower) / 2)),
        "a lower bound above the upper one": changed(lower=str(upper + 1)),
        "a lower bound above the minimum": changed(lower=str(upper)),
        "another sparsity": changed(sparsity="3/10"),
        "a sparsity of one": changed(sparsity="1"),
        "another point": changed(point=[*point[:4], point[4] + (1 << BITS)]),
        "a point too short": changed(point=point[:4]),
        "another shift": changed(shift=document["shift"] + 4),
        "the pair of another setting": changed(pair={**pair, "sparsity": "3/5"}),
        "no pair": changed(pair=None),
    }


@pytest.mark.parametrize("kind", damages())
def test_damaged_files_are_rejected(kind: str) -> None:
    with pytest.raises(Rejected):
        verify(damages()[kind])


@pytest.mark.parametrize("shift", [-1, 17, "2"])
def test_a_shift_for_which_the_root_would_not_be_all_is_refused(shift: object) -> None:
    with pytest.raises(Rejected, match="the shift must lie in"):
        verify(changed(shift=shift))


def test_a_change_by_accident_is_seen() -> None:
    with pytest.raises(Rejected, match="digest"):
        verify({**read(FILE.read_bytes()), "lower": "1/100"})


@pytest.mark.parametrize(
    "z", [(3, 1, -2, 1), (3, -1, -2, 1), (4, 0, -3, 1), (0, 3, -2, -1), (5, 0, 0, -2), (-3, 1, 2, 1)]
)
@pytest.mark.slow
def test_moments_are_integrals(z: tuple[int, int, int, int]) -> None:
    """A sum over midpoints of active values; z is bent on few of the cells, and each costs at most its step."""
    p, steps = Fraction(2, 5), 24
    places = [(Fraction(0), 1 - p)] + [((2 * k + 1) * Fraction(1, 2 * steps), p / steps) for k in range(steps)]
    exact = [Fraction(*moment(z, p)) for moment in (cross, mean)]
    sums = [Fraction(0), Fraction(0)]
    for x, w in places:
        for y, u in places:
            for v, q in places:
                value = max(z[0] * x + z[1] * y + z[2] * v + z[3], 0) * w * u * q
                sums[0] += x * value
                sums[1] += value
    assert all(abs(a - b) < Fraction(1, 200) for a, b in zip(exact, sums, strict=True))


def test_what_is_seen_lies_above_the_cross_moment() -> None:
    """(E x z⁺)² ≤ E x² 1{z > 0} E (z⁺)², by Cauchy and Schwarz, and E x² = p/3 where all is seen."""
    p = Fraction(1, 3)
    assert Fraction(*seen((3, 1, -2, 2), p)) == p / 3
    assert Fraction(*seen((3, 1, -2, -4), p)) == 0
    z = (3, 1, -2, -1)
    a, c, e, b = z
    parts = [Fraction(*cross(y, p)) for y in (z, (c, a, e, b), (e, a, c, b))]
    square = a * parts[0] + c * parts[1] + e * parts[2] + b * Fraction(*mean(z, p))
    assert parts[0] ** 2 <= Fraction(*seen(z, p)) * square < p / 3 * square


def test_the_upper_bound_is_the_loss_of_a_network() -> None:
    units = [-(1 << BITS), 1 << BITS - 2, 1 << BITS - 3, 1 << BITS - 4, 1 << BITS - 1]
    p, one = Fraction(1, 2), 1 << BITS
    q, beta = [1.0, units[0] / one, units[1] / one], [u / one for u in units[2:]]
    losses = [
        float(expected_loss([[w * k for k in q]], [w * w * b for b in beta], 0.5)) for w in (0.9, 0.95, 1.0, 1.05)
    ]
    assert float(Bound(p).highest(units)) <= min(losses) + 1e-9


def test_the_table_says_what_its_certificates_do() -> None:
    for point in known_axis():
        document = read((FOLDER / f"{point.name}.json.gz").read_bytes())
        lower, upper = Fraction(document["lower"]), Fraction(document["upper"])
        assert document["sparsity"] == str(point.sparsity)
        assert lower <= point.lower <= point.upper <= upper or (lower, upper) == (point.lower, point.upper)
        assert upper - lower <= Fraction(1, 10**10)


def test_a_shift_moves_the_biases_alone() -> None:
    """The loss where γ_i = β_i + σ(c + e) is that at β."""
    p, shift = Fraction(3, 10), 4
    two, three = -(1 << BITS - 1), 1 << BITS - 2
    sent = (two + three, two + two // 4, three + two // 4)
    biases = [1 << BITS - 3, 1 << BITS - 4, 1 << BITS - 1]
    moved = [b + shift * c // 16 for b, c in zip(biases, sent, strict=True)]
    assert abs(Bound(p, shift).highest([two, three, *moved]) - Bound(p).highest([two, three, *biases])) < Fraction(
        1, 10**20
    )


@pytest.mark.slow
def test_a_search_uses_as_many_features_as_is_certified(monkeypatch: pytest.MonkeyPatch) -> None:
    found = axis_losses.changed(16, lambda share: None)
    assert found.deviation == 0
    monkeypatch.setattr(axis_losses, "changes", lambda: (Change(Fraction(17, 20), Fraction(9, 10), 3, 3),))
    assert axis_losses.changed(16, lambda share: None).deviation == 1


@pytest.mark.slow
def test_cells_near_a_minimiser_are_divided_until_they_say_something(monkeypatch: pytest.MonkeyPatch) -> None:
    """Around the best pair at s = 879/1000, a cell with a third weight of up to 1/900; and around none of its places."""
    bound, one = Bound(Fraction(121, 1000), 1), 1 << BITS
    point = [-one, 0, -4068132, -4068132, 4005000]
    upper = bound.highest(point)
    cell: list[Side] = [(c - one // 900, c + one // 900) for c in point]
    assert used(bound, [cell], upper, Fraction(0)).startswith("the smallest weight is at most")
    monkeypatch.setattr(axis, "ROUNDS", 1)
    assert used(bound, [cell], upper, Fraction(0)) == "no more is said of the weights"
    assert used(bound, [[(c + one // 4, c + one // 3) for c in point]], upper, Fraction(0)).startswith("all three")
