"""The boundaries of the phase diagram with bias: which are asked for, and how each is solved and kept."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from analytic.n2m1 import Certified
from analytic.n2m1_bias_boundary import Boundary, drop_boundary, jump_boundary, penalty_boundary
from numeric.running.files import write_whole


class Row(NamedTuple):
    """A boundary to be found: a name for its files, its kind, what is held fixed, and the call that encloses it."""

    name: str
    kind: str
    fixed: Mapping[str, str]
    solve: Callable[[], Boundary | None]


def rows() -> Iterator[Row]:
    """Drop against the rest in the importance (λ = 0 at nineteen sparsities, three λ at four), the jump from strong to partial
    at nineteen, and λ_c at ten importances and ten sparsities."""
    for k in range(1, 20):
        yield _drop(Fraction(k, 20), Fraction(0))
    for strength in (Fraction(3, 1000), Fraction(1, 100), Fraction(1, 50)):
        for k in (2, 4, 6, 8):
            yield _drop(Fraction(k, 10), strength)
    for k in range(30, 49):
        s = Fraction(k, 100)
        fixed = {"sparsity": str(s), "penalty": "0"}
        yield Row(f"jump-s{k}", "jump", fixed, lambda s=s: jump_boundary(s))  # type: ignore[misc]
    for i in range(1, 11):
        for k in range(1, 20, 2):
            s, r = Fraction(k, 20), Fraction(i, 10)
            name, fixed = f"penalty-i{10 * i:03}-s{5 * k:02}", {"sparsity": str(s), "importance": str(r)}
            yield Row(name, "penalty", fixed, lambda s=s, r=r: penalty_boundary(s, r))  # type: ignore[misc]


def _drop(s: Fraction, strength: Fraction) -> Row:
    name = f"drop-s{int(100 * s):02}-penalty{int(1000 * strength):03}"
    return Row(name, "drop", {"sparsity": str(s), "penalty": str(strength)}, lambda: drop_boundary(s, strength))


def solved(row: Row, folder: Path) -> dict[str, Any]:
    """What is known of a boundary, ready for JSON; certificates of both ends go into the folder."""
    entry: dict[str, Any] = {"kind": row.kind, **row.fixed}
    try:
        found = row.solve()
    except ArithmeticError as error:
        return {**entry, "not certified": str(error)}
    if found is None:
        return {**entry, "none": True}
    names = [f"{row.name}-{side}.json.gz" for side in ("below", "above")]
    for name, end in zip(names, (found.below, found.above), strict=True):
        write_whole(folder / name, compressed(end))
    return {
        **entry,
        "parameter": found.parameter,
        "lower": str(found.lower),
        "upper": str(found.upper),
        "below": found.below.phase,
        "above": found.above.phase,
        "order": found.order,
        "jump": round(found.jump, 6),
        "only": found.only,
        "certificates": names,
    }


def compressed(found: Certified) -> bytes:
    """A certificate as a gzipped file, the same bytes every time."""
    return gzip.compress(json.dumps(found.certificate).encode(), 9, mtime=0)
