"""The theorems: the page says them as the report does, and each command names what there is."""

import re
from pathlib import Path

import pytest

from verify.suites import axis_losses, polygon_proof, smallest_bias
from verify.theorems import THEOREMS, Theorem, as_markdown

ROOT = Path(__file__).parents[2]


def test_the_page_is_what_the_table_says() -> None:
    """After a change: `python -c "from verify.theorems import as_markdown; print(as_markdown())" > figures/pages/theorems.md`."""
    assert (ROOT / "figures/pages/theorems.md").read_text(encoding="utf-8") == as_markdown()


@pytest.mark.parametrize("theorem", THEOREMS, ids=lambda theorem: theorem.title)
def test_a_command_names_what_there_is(theorem: Theorem) -> None:
    files = re.findall(r"tests/\S+", theorem.command)
    checks = re.findall(r"\((\w+)\)", theorem.command)
    assert files or checks or theorem.command == "python -m verify.certificate FILE"
    assert all((ROOT / file).exists() for file in files)
    assert {*checks} <= {
        claim.name for suite in (smallest_bias, axis_losses, polygon_proof) for claim in suite.claims()
    }
    for word in re.findall(r"-k (\w+)", theorem.command):
        assert word in (ROOT / files[0]).read_text(encoding="utf-8")
