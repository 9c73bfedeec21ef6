"""The table of faults that the suite must see, in tests/mutations.py: each is still there to be made."""

import mutations
import pytest


@pytest.mark.parametrize("mutation", mutations.TABLE, ids=lambda mutation: mutation.old[:40])
@pytest.mark.slow
def test_a_fault_stands_in_one_place_and_has_tests(mutation: mutations.Mutation) -> None:
    assert mutations.module(mutation).suffix == ".py"
    assert mutations.test_files(mutation)
