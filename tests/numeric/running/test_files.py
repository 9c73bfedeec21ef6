"""A file is there whole or not at all."""

import errno
import fcntl
import os
import signal
import subprocess
import sys
import threading
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


KILLED = """
import os, signal, sys
from pathlib import Path
from numeric.running.files import write_whole
os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
write_whole(Path(sys.argv[1]), b"the killed writer's, and long")
"""


@pytest.mark.processes
def test_what_a_killed_writer_left_is_gone_after_the_next(tmp_path: Path) -> None:
    """However many are killed: one file, which the next writer of the path takes over."""
    target = tmp_path / "report"
    write_whole(target, b"old")
    root = Path(__file__).resolve().parents[3]
    for _ in range(3):
        killed = subprocess.run([sys.executable, "-c", KILLED, str(target)], cwd=root)
        assert killed.returncode == -signal.SIGKILL
        assert {path.name for path in tmp_path.iterdir()} == {"report", ".report.part"}
        assert target.read_bytes() == b"old"
    write_whole(target, b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["report"]
    assert target.read_bytes() == b"new"


def test_what_another_is_writing_is_left_to_it(tmp_path: Path) -> None:
    target, theirs = tmp_path / "report", tmp_path / ".report.part"
    with theirs.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(b"half")
        file.flush()
        write_whole(target, b"whole")
        assert theirs.read_bytes() == b"half"
    assert target.read_bytes() == b"whole"
    assert {path.name for path in tmp_path.iterdir()} == {"report", ".report.part"}


@pytest.mark.parametrize("code", [errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP])
def test_a_file_system_without_locks(code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("fcntl.flock", unknown)
    write_whole(tmp_path / "report", b"new")
    assert (tmp_path / "report").read_bytes() == b"new"


def test_a_neighbour_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    """Neither a symbolic one (an error) nor a second name of another file (left alone)."""
    other = tmp_path / "other"
    other.write_bytes(b"precious")
    (tmp_path / ".report.part").symlink_to(other)
    with pytest.raises(OSError, match="symbolic links"):
        write_whole(tmp_path / "report", b"new")
    (tmp_path / ".report.part").unlink()
    (tmp_path / ".report.part").hardlink_to(other)
    write_whole(tmp_path / "report", b"new")
    assert other.read_bytes() == b"precious"
    assert (tmp_path / "report").read_bytes() == b"new"


def test_many_writers_of_one_path_leave_one_whole_file(tmp_path: Path) -> None:
    target, errors = tmp_path / "report", list[Exception]()

    def write(letter: bytes) -> None:
        try:
            for length in range(1, 40):
                write_whole(target, letter * length * 100)
        except Exception as error:
            errors.append(error)

    writers = [threading.Thread(target=write, args=(letter,)) for letter in (b"a", b"b", b"c")]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        if target.exists():
            content = target.read_bytes()
            assert len(content) in range(100, 4000, 100)
            assert content == content[:1] * len(content)
    assert errors == []
    assert [path.name for path in tmp_path.iterdir()] == ["report"]
