"""A file is there whole or not at all."""

import os
from pathlib import Path

import pytest

from numeric.running.files import output_folder, write_whole


def test_replaces_the_whole_file_and_leaves_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "report"
    write_whole(target, b"first, and longer")
    write_whole(target, b"second")
    assert target.read_bytes() == b"second"
    assert list(tmp_path.iterdir()) == [target]


def test_a_write_that_fails_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "report"
    write_whole(target, b"old")

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full_disk)
    with pytest.raises(OSError, match="No space left"):
        write_whole(target, b"new")
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_an_interruption_just_after_the_file_is_there_stays_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = os.replace

    def replace_and_interrupt(source: str, target: Path) -> None:
        replace(source, target)
        raise KeyboardInterrupt

    monkeypatch.setattr("os.replace", replace_and_interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "report", b"new")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"new"]


def test_makes_the_output_folder_and_refuses_one_below_a_file(tmp_path: Path) -> None:
    assert output_folder(tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ValueError, match=r"out must be a folder to write in, got '.*file/below'"):
        output_folder(tmp_path / "file" / "below")
