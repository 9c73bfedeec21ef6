"""What stands under a figure: three sentences, and below them the numbers that they rest on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Caption:
    """Three sentences: what one sees, what is exact in it, what follows. `facts`: numbers and settings, as (what, value), which a
    page shows as a table below.

    >>> str(Caption("Lines.", "They are exact.", "They cross.", (("where", "1/2"),)))
    'Lines. They are exact. They cross.'
    """

    seen: str
    exact: str
    follows: str
    facts: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"{self.seen} {self.exact} {self.follows}"
