"""The checks of the exact loss of any network: they pass as things are, and go red where the loss is wrong."""

from collections.abc import Callable

import pytest

from verify.check import Check, Outcome
from verify.suites import any_network


def silent(share: float) -> None:
    assert 0 <= share <= 1


def passed(outcome: Outcome) -> bool:
    return Check("", "", outcome, 0.0).passed


SMALL: dict[str, Callable[[], Outcome]] = {
    "quadrature": lambda: any_network.quadrature(8, silent),
    "monte_carlo": lambda: any_network.monte_carlo(2, 100_000, silent),
    "products": lambda: any_network.products(8, silent),
    "invariance": lambda: any_network.invariance(4, silent),
    "variance": lambda: any_network.variance(silent),
    "enclosure": lambda: any_network.enclosure(3, silent),
    "one_hot": lambda: any_network.one_hot(silent),
}


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.slow
def test_each_check_passes(name: str) -> None:
    assert passed(SMALL[name]())


def test_claims_have_names_of_their_own() -> None:
    table = any_network.claims()
    assert len({claim.name for claim in table}) == len(table) == len(SMALL)


def test_networks_have_ordinary_and_degenerate_cases() -> None:
    found = any_network.networks(16, ((3, 2),), "test")
    assert sum(all(row[0] == 0 for row in network.W) for network in found) == 1
    assert sum(all(row[0] == row[2] for row in network.W) for network in found) >= 1
    assert sum(not any(network.b) for network in found) >= 1


@pytest.mark.parametrize("name", ["quadrature", "monte_carlo", "variance", "one_hot"])
@pytest.mark.slow
def test_a_common_factor_is_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    original = any_network.expected_loss
    monkeypatch.setattr(any_network, "expected_loss", lambda *arguments: original(*arguments) / 2)
    assert not passed(SMALL[name]())


def test_a_wrong_product_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    original = any_network.transform

    def unweighted(g: object, blocks: object, number: object, weighted: object = None) -> object:
        return original(g, blocks, number)  # type: ignore[arg-type]

    monkeypatch.setattr(any_network, "transform", unweighted)
    assert not passed(SMALL["products"]())


def test_a_loss_that_is_not_invariant_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    original = any_network.expected_loss
    monkeypatch.setattr(any_network, "expected_loss", lambda W, *rest: original(W, *rest) + abs(W[0][0]))
    assert not passed(SMALL["invariance"]())


def test_a_ball_beside_its_value_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    original = any_network.enclose_loss

    def shifted(*arguments: object) -> object:
        found = original(*arguments)  # type: ignore[arg-type]
        return found._replace(midpoint=found.midpoint + 2 * found.radius)

    monkeypatch.setattr(any_network, "enclose_loss", shifted)
    assert not passed(SMALL["enclosure"]())
