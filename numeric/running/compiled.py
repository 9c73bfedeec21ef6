"""Loops compiled by numba, kept on disk between runs.

A kernel is written with its signature, so that importing its module makes it ready: from the disk, or, once after
installation, by compiling. `python -m numeric.running.compiled` does that for all of them; `make` calls it when it installs.
A kernel must not call one of another module: the copy on the disk would not see that one change.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
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
                print("antipodal: compiling its kernels, once after installation (some 15 s)", file=sys.stderr)

        def on_end(self, event: Any) -> None:
            pass

        told = False

    event.register("numba:compile", _Announcement())


def compiled(signature: str | None = None, *, inline: bool = False, strict: bool = False) -> Callable[[F], F]:
    """`numba.njit` for arrays that are checked by their caller: releases the interpreter's lock, checks no bounds.

    `signature` None is for a function that is only called by a kernel of the same module. `strict`: every operation is
    rounded as written, whether or not its number lies in a full vector: for kernels that promise bits.
    """
    fast = False if strict else _FAST
    options: dict[str, Any] = dict(cache=True, nogil=True, fastmath=fast, error_model="numpy", boundscheck=False)
    if inline:
        options["inline"] = "always"
    decorator: Any = numba.njit(**options) if signature is None else numba.njit(signature, **options)
    return decorator  # type: ignore[no-any-return]


if __name__ == "__main__":
    import numeric.population
    import numeric.train  # noqa: F401
