"""Entries of the atlas by the exact route: K at their weights enclosed, the packings of polytopes beside it, and what they name
as their proofs: certificates, replayed.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from fractions import Fraction
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from analytic.exact import rational
from analytic.exact.enclosures import ball_ends
from analytic.law import Independent, Law, OneHot
from analytic.loss import Enclosure, enclose_loss
from analytic.polygon_proof.contact import contact
from analytic.winners import Winner, winner_at
from numeric.atlas import SAME, AtlasEntry, Setting

from ..certificate import read, verify

FOLDER = files("analytic") / "certificates"
_POLYGONS = {5: "pentagon", 6: "hexagon"}


class Proof(NamedTuple):
    """`call` makes the certificate, `file` is its name, and `says` what it must say of itself: of which setting it is."""

    call: str
    file: str
    says: Mapping[str, Any]


def proof_of(setting: Setting) -> Proof | None:
    """How the least loss of a setting is proved; None where no theorem is of it.

    >>> proof_of(Setting(5, 2, 1.0, None)).call
    'analytic.polygon_proof.certify_polygon(5)'
    """
    n, m, s = setting.n, setting.m, str(decimal(setting.sparsity or 0))
    if m == 2 and n in _POLYGONS and setting.sparsity is None and setting.equal:
        call, says = f"analytic.polygon_proof.certify_polygon({n})", {"kind": "polygon", "features": n}
        return Proof(call, f"{_POLYGONS[n]}.json.gz", says)
    if (n, m) == (2, 1) and setting.sparsity:
        weight = [*map(str, importances(setting))]
        call = f"analytic.n2m1.bias.certify('{s}', ({weight[0]}, '{weight[1]}'))"
        return Proof(call, f"atlas-{setting.key}.json.gz", {"sparsity": s, "importance": weight, "penalty": "0"})
    if (n, m) == (3, 1) and setting.sparsity and setting.equal:
        percent = f"{100 * setting.sparsity:g}"
        call = f"analytic.one_axis.certify_axis(3, '{s}')"
        return Proof(call, f"axis-s{percent}.json.gz", {"kind": "axis", "sparsity": s})
    return None


def lower_bound(setting: Setting, file: Traversable) -> Fraction:
    """Below which no loss at the setting lies, by a certificate that integers alone check. ValueError where the file is missing,
    proves nothing, or is of another setting.
    """
    proof = proof_of(setting)
    try:
        document = read(file.read_bytes())
    except OSError:
        raise ValueError(f"there is no certificate {file.name}") from None
    theorem = verify(document)
    if proof is None or {key: document.get(key) for key in proof.says} != proof.says:
        raise ValueError(f"{file.name} is of another setting: {theorem[:80]}")
    if document.get("kind") == "polygon":
        return ball_ends(contact(setting.n).potential)[0] / (3 * setting.n)
    return Fraction(document["lower"])


def unproved(entry: AtlasEntry) -> str | None:
    """Why something may be lower than a proved entry, by more than `numeric.atlas.SAME` of Σ I_i E x_i²; None where nothing is.
    Without a certificate the bound is 0.
    """
    name = entry.certificate
    if name is not None and PurePosixPath(name).name != name:
        return f"a certificate must be the name of a file, got {name!r}"
    try:
        least = Fraction(0) if name is None else lower_bound(entry.setting, FOLDER / name)
    except ValueError as error:
        return str(error)
    found = enclosed(entry)
    above = rational(found.midpoint, "midpoint") + rational(found.radius, "radius") - least
    if above > Fraction(SAME) * Fraction(entry.setting.unit):
        return f"its loss is {float(above):.2g} above what {name or 'K ≥ 0'} proves"
    return None


def best_packing(setting: Setting) -> Winner | None:
    """The packing of polytopes of the catalogue of least loss, certified; None where features are not alike or not independent,
    and where two packings tie.
    """
    if setting.sparsity is None or not setting.equal:
        return None
    with suppress(ArithmeticError):
        return winner_at(setting.n, setting.m, decimal(setting.sparsity))
    return None


def enclosed(entry: AtlasEntry) -> Enclosure:
    """K at the entry's floats, which are rational numbers, to 30 digits of Σ I_i E x_i²."""
    setting = entry.setting
    law: Law = OneHot() if setting.sparsity is None else Independent(decimal(setting.sparsity))
    W = [list(map(Fraction, row)) for row in entry.W.tolist()]
    return enclose_loss(W, list(map(Fraction, entry.b.tolist())), law, importances(setting))


def importances(setting: Setting) -> tuple[Fraction, ...]:
    """Powers of the decimal, (n,)."""
    return tuple(decimal(setting.falloff) ** i for i in range(setting.n))


def decimal(value: float) -> Fraction:
    """The decimal that a setting's float stands for: 0.9 is 9/10."""
    return Fraction(repr(float(value)))
