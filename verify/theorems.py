"""What is proved of two features in one dimension with bias, of features on one axis, and of pentagons at small densities.

Each statement comes with its certificate, the command that verifies it again, and what it leaves open. The page "Theorems" and
the report show these.

>>> THEOREMS[0].title
'Aligned never wins'
"""

from __future__ import annotations

from typing import NamedTuple

from analytic.one_axis.table import changes

MODEL = (
    "f(x) = ReLU(WᵀWx + b); x₁, …, xₙ are independent, 0 with probability s, else uniform on [0, 1]; "
    "K = Σ Iᵢ E(xᵢ − fᵢ)² + λ Σ_{i≠j} (Wᵢ·Wⱼ)²; p = 1 − s, v = p/3 − p²/4 = Var xᵢ. Importances are (1, r). W and −W "
    "are one model."
)


class Theorem(NamedTuple):
    """A statement and under what it holds; `open_` is what it does not say."""

    title: str
    hypotheses: str
    statement: str
    certificate: str
    command: str
    open_: str


def _changes() -> str:
    return " and ".join(f"from {one.before} to {one.after} between s = {one.low} and {one.high}" for one in changes())


THEOREMS = (
    Theorem(
        "Aligned never wins",
        "n = 2, m = 1, any s in (0, 1), I > 0, λ ≥ 0.",
        "Flipping the sign of w₂ where w₁w₂ > 0 does not raise the least K over b. So some global minimiser has w₁w₂ ≤ 0.",
        "A proof on paper (lemma 1 in `analytic.n2m1.bias.certification`); all others rest on it.",
        "pytest tests/analytic/test_n2m1_bias.py -k negative_slope",
        "That it is strictly worse: statements on minimisers below are among w₁w₂ ≤ 0.",
    ),
    Theorem(
        "The global minimum at a setting",
        "n = 2, m = 1, rational s in (0, 1), I > 0, λ ≥ 0, with `certify` closing.",
        "The least loss lies in [loss_lower, loss_upper], 1e-12 apart at most, and every minimiser in one of the "
        "boxes listed.",
        "A tree that covers all directions; 235 of them are in analytic/certificates.",
        "python -m verify.certificate FILE",
        "The checker replays bounds 1e-12 apart. Bounds 1e-30 apart and uniqueness rest on ball arithmetic in the solver.",
    ),
    Theorem(
        "Boundaries between phases",
        "n = 2, m = 1, λ = 0, .003, .01 or .02; 31 settings for drop against the rest, 19 for strong against partial "
        "antipodal.",
        "50 transitions in r, each between two certified points 9e-9 apart. Drop against the rest: there is no other, "
        "by concavity.",
        "Two certificates for each.",
        "python -m verify --full (bias_certificates)",
        "Between these points the curves are found, not proved; that a jump is the only one in r.",
    ),
    Theorem(
        "The penalty that ends superposition",
        "n = 2, m = 1, r = .1, …, 1 and s = .05, …, .95.",
        "λ_c(r, s), from which on dropping is best, to 1e-8 at the 54 of 100 settings where it is positive; 0 at the "
        "other 46, by the ranges below. Where the "
        "transition is of second order, λ_c = (rv − κ(p))/2 exactly.",
        "Two certificates for each.",
        "python -m verify --full (bias_certificates)",
        "λ_c between the points of the grid; for r > 1 it is r λ_c(1/r).",
    ),
    Theorem(
        "Where three phases meet",
        "n = 2, m = 1, λ = 0.",
        "Drop, strong and partial antipodal cost the same at one point near s = 0.488261967882, r = 0.564131365348; "
        "at r = 1 the "
        "symmetric pair, another and its mirror image near s = 0.293596307327. Each is the only solution of its "
        "system in a box.",
        "Interval Newton (`analytic.n2m1.bias.triple`); certified minima within 2e-6.",
        "pytest tests/analytic/test_n2m1_bias_triple.py",
        "That the three are the global minima at the point itself, and that there is no second such point.",
    ),
    Theorem(
        "Drop on ranges of sparsity",
        "n = 2, m = 1, all s in a range, r ≤ r₀ and λ ≥ 0; 21 ranges cover [1/100, 19/20], r₀ just below the "
        "boundary at their end.",
        "The least loss is rv, and at every minimiser with w₁w₂ ≤ 0 feature 2 is dropped. For instance s in [1/20, "
        "1/10], r ≤ 47/50.",
        "A tree for all densities at once: inequalities between polynomials in p, by Bernstein coefficients.",
        "python -m verify --full (bias_ranges)",
        "The strip between r₀ and the boundary; ranges for the other phases; s below 1/100 and above 19/20.",
    ),
    Theorem(
        "The conjectured cost of features on one axis is false",
        "n ≥ 2m, equal importances, each column of W with one nonzero entry, every s in (0, 1).",
        "The least loss Q_{n,m} is less than min{(n − m)v, mp²/3 + (n − 2m)v}. Three features on an axis cost less "
        "than a pair and a "
        "dropped one at s = 1/20, 1/10, 1/5, 1/4, 9/10, 19/20.",
        "Two identities in p, and rational weights with their exact loss, against the certified pair.",
        "pytest tests/analytic/test_n2m1_bias_forms.py",
        "For which s three win: at other s it is a search.",
    ),
    Theorem(
        "Bounds for features on axes",
        "n ≥ 2m, equal importances, each column of W with one nonzero entry, s as in `certify`.",
        "(n − m + 1)/2 · Q₂ ≤ Q_{n,m} ≤ m Q₂ + (n − 2m)v, with Q₂ the certified least loss of a pair; exact for n = "
        "2, m = 1. Q_{n,m} is "
        "the least of Σ Q_{kᵢ,1} over k₁ + … + k_m = n. Where Q₃ = Q_{3,1} is certified and n > 2m, "
        "min{bQ₂ + (n − m + 1 − b)Q₃/3: 0 ≤ b < m} ≤ "
        "Q_{n,m}; Q_{4,2} = min{2Q₂, Q₃}.",
        "A proof on paper (`analytic.one_axis`), and the certificate of the pair.",
        "python -m verify (one_axis_bounds)",
        "Q_{n,m} for n > 2m ≥ 4 beyond these bounds; Q_{3,1} at other s; W with columns off the axes.",
    ),
    Theorem(
        "Three features on one axis",
        "n = 3, m = 1, equal importances, s at the points of analytic/certificates/axis.json, with `certify_axis` closing.",
        "The least loss Q_{3,1} over all W and b lies between bounds 1e-10 apart. All three weights differ from 0 at every "
        "minimiser where the table says 3; where it says 2, one weight is 0 at every minimiser, and Q_{3,1} = Q₂ + v. So the "
        f"number of features used changes {_changes()}.",
        "A tree that covers all directions (q₂, q₃, β₁, β₂, β₃), with the certificate of the pair.",
        "python -m verify --full (axis_certificates)",
        "Where between two points the number changes, and that it does so once; what lies beyond the first and the last of them; "
        "that a weight is exactly 0 rests on a proof on paper (`analytic.one_axis.dropping`) and rational arithmetic in the "
        "solver: the checker bounds it.",
    ),
    Theorem(
        "The pentagon at small densities",
        "n = 5, m = 2, equal importances, λ = 0, density p = 1 − s in (0, 1/1000000].",
        "The least loss is attained, and at every global minimiser the columns of W are a regular pentagon of one norm, with one "
        "bias.",
        "A proof on paper (`analytic.polygon_proof.density`); a tree of cells and pieces, and constants, in "
        "analytic/certificates/pentagon-density.json.gz, with the certificate of exactly one active feature.",
        "python -m verify (polygon_certificates)",
        "Any larger density, though pentagons are found far beyond; norm and bias, which depend on p.",
    ),
)


def as_markdown() -> str:
    """The page "Theorems"."""
    parts = [
        f"# Theorems\n\n{MODEL}\n\nWrite `.venv/bin/python -m` before `pytest` and `.venv/bin/` before `python`.\n"
    ]
    for theorem in THEOREMS:
        rows = zip(("Hypotheses", "Statement", "Certificate", "Again", "Not proved"), theorem[1:], strict=True)
        lines = [f"- **{name}.** {f'`{text}`' if name == 'Again' else text}" for name, text in rows]
        parts.append("\n".join([f"## {theorem.title}\n", *lines, ""]))
    return "\n".join(parts)
