"""Shares of what is done, from 0 to 1."""

from numeric.running.progress import each, within


def test_a_part_of_the_work() -> None:
    seen: list[float] = []
    told = within(seen.append, 0.25, 0.75)
    for share in (0.0, 0.5, 1.0):
        told(share)
    assert seen == [0.25, 0.5, 0.75]


def test_items_are_told_after_they_are_done() -> None:
    seen: list[float | str] = []
    for item in each(iter("abcd"), seen.append):
        seen.append(item)
    assert seen == ["a", 0.25, "b", 0.5, "c", 0.75, "d", 1.0]
    assert list(each((), seen.append)) == []
