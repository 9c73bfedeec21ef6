"""Loops compiled by numba, kept on disk between runs.

A kernel is written with its signature, so that importing its module makes it ready: from the disk, or, once after
installation, by compiling. `python -m numeric.running.compiled` does that for all of them; `make` calls it when it installs.
A kernel may call functions of other modules: the copy on the disk is for the text of all that it calls.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path
from types import CellType, FunctionType
from typing import Any, TypeVar

_FAST = {"contract", "reassoc", "nsz", "arcp"}
"""What the compiler may do with sums; NaN and infinity keep their meaning."""

F = TypeVar("F", bound=Callable[..., Any])

try:
    import numba
    from numba.core import event
except ImportError:  # The kernels have twins in plain torch.
    AVAILABLE = False
else:
    AVAILABLE = True

    class _Announcement(event.Listener):
        """One line on stderr when the first kernel of this process is compiled."""

        def on_start(self, event: Any) -> None:
            if not self.told:
                self.told = True
                print("antipodal: compiling its kernels, once after installation (some 30 s)", file=sys.stderr)

        def on_end(self, event: Any) -> None:
            pass

        told = False

    event.register("numba:compile", _Announcement())


def compiled(signature: str | None = None, *, inline: bool = False, strict: bool = False) -> Callable[[F], F]:
    """`numba.njit` for arrays that are checked by their caller: releases the interpreter's lock, checks no bounds.

    `signature` None is for a function that is only called by kernels, and copied into each of them where `inline`. `strict`:
    every operation is rounded as written, whether or not its number lies in a full vector: for kernels that promise bits.
    Without numba the function is left as it is, and its callers take its twin.
    """
    if not AVAILABLE:
        return lambda function: function
    options: dict[str, Any] = dict(fastmath=False if strict else _FAST, error_model="numpy", boundscheck=False)
    if signature is None:
        decorator: Any = numba.njit(forceinline=inline, **options)
        return decorator  # type: ignore[no-any-return]
    decorator = numba.njit(signature, cache=True, nogil=True, **options)
    return lambda function: decorator(_with_text(function))


def _with_text(function: Callable[..., Any]) -> FunctionType:
    """The function with a hash, in a cell that it does not read, of this module's text, of that of all modules of which it calls
    functions, and of the numbers that these have from elsewhere. The copy on the disk is found by the text of the function's own
    module and by what is in its cells.
    """
    files, numbers, ahead, seen = {__file__}, set[str](), [function], set[Any]()
    while ahead:
        if (part := ahead.pop()) in seen:
            continue
        seen.add(part)
        files.add(part.__code__.co_filename)
        for name in part.__code__.co_names:
            value: Any = part.__globals__.get(name)
            if isinstance(value, int | float):
                numbers.add(f"{part.__module__}.{name}={value!r}")
            ahead += [value.py_func] if hasattr(value, "py_func") else []
    text = hashlib.sha256("".join([*map(_read, sorted(files)), *sorted(numbers)]).encode()).hexdigest()
    code = function.__code__.replace(co_freevars=("text",))
    return FunctionType(code, function.__globals__, function.__name__, function.__defaults__, (CellType(text),))


def _read(file: str) -> str:
    return Path(file).read_text(encoding="utf-8")


if __name__ == "__main__":
    import numeric.learning_coefficient.one_hot_kernel
    import numeric.population
    import numeric.train  # noqa: F401
