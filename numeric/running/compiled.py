"""Loops compiled by numba, kept on disk between runs.

A kernel is written with its signature, so that importing its module makes it ready: from the disk, or, once after
installation, by compiling. `python -m numeric.running.compiled` does that for all of them; `make` calls it when it installs.
A kernel that calls functions of other modules names these modules: the copy on the disk is for their text, too.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path
from types import CellType, FunctionType, ModuleType
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


def compiled(
    signature: str | None = None, *, inline: bool = False, strict: bool = False, uses: tuple[ModuleType, ...] = ()
) -> Callable[[F], F]:
    """`numba.njit` for arrays that are checked by their caller: releases the interpreter's lock, checks no bounds.

    `signature` None is for a function that is only called by kernels, and copied into each of them where `inline`. `uses`:
    the other modules whose compiled functions the kernel calls, itself or by way of others. `strict`: every operation is
    rounded as written, whether or not its number lies in a full vector: for kernels that promise bits. Without numba the
    function is left as it is, and its callers take its twin.
    """
    if not AVAILABLE:
        return lambda function: function
    options: dict[str, Any] = dict(fastmath=False if strict else _FAST, error_model="numpy", boundscheck=False)
    if signature is None:
        decorator: Any = numba.njit(forceinline=inline, **options)
        return decorator  # type: ignore[no-any-return]
    decorator = numba.njit(signature, cache=True, nogil=True, **options)
    return lambda function: decorator(_with_text(function, uses))


def _with_text(function: Callable[..., Any], modules: tuple[ModuleType, ...]) -> FunctionType:
    """The function with a hash of the text of this module and of `modules` in a cell that it does not read. The copy on the
    disk is found by the text of the function's own module and by what is in its cells.
    """
    files = (__file__, *(str(module.__file__) for module in modules))
    text = hashlib.sha256(b"".join(Path(file).read_bytes() for file in files)).hexdigest()
    code = function.__code__.replace(co_freevars=("text",))
    return FunctionType(code, function.__globals__, function.__name__, function.__defaults__, (CellType(text),))


if __name__ == "__main__":
    import numeric.learning_coefficient.one_hot_kernel
    import numeric.population
    import numeric.train  # noqa: F401
