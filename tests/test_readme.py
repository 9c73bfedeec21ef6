"""The README's examples run as they stand, and its commands are those of the Makefile."""

import doctest
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_examples_print_what_they_say() -> None:
    results = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert results.attempted >= 5
    assert results.failed == 0


def test_commands_are_targets_of_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    for text in ("README.md", "CONTRIBUTING.md", ".ci/run"):
        assert set(re.findall(r"make ([a-z]+)\b(?! it)", (ROOT / text).read_text())) <= targets
