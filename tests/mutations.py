"""What the suite can see: faults put into a copy of the code, one at a time, and whether the tests of their room go red.

    python tests/mutations.py [analytic | numeric | figures | verify | PART OF A MODULE'S PATH ...]

A fault is found by the line that it changes, wherever that stands: the text must occur once in the packages. Its tests are
named by folder and file. A fault that no test sees survives; the exit code is then 1.
"""

from __future__ import annotations

import importlib
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple, NoReturn

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("analytic", "numeric", "figures", "verify", "antipodal")
_LIBRARIES = (
    "flint",
    "hypothesis",
    "matplotlib.pyplot",
    "numba",
    "scipy.integrate",
    "scipy.optimize",
    "sympy",
    "torch",
)
_OPTIONS = (
    *("-x", "-q", "--tb=no", "--hypothesis-seed=0", "-p", "no:cacheprovider"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # of hypothesis, which a library has loaded by then
)


class Mutation(NamedTuple):
    """`old` becomes `new`; `tests`, such as "analytic/test_law", are tried one after the other until one is red."""

    old: str
    new: str
    tests: str


TABLE = (
    # analytic
    Mutation(
        "rows = [(off, ()), *(((1 - off) / len(active), parts) for parts in active)]",
        "rows = [(off, ()), *(((1 - off) / (len(active) + 1), parts) for parts in active)]",
        "analytic/test_law",
    ),
    Mutation("* each[i].mean * each[j].mean for j", "* each[i].mean for j", "analytic/test_law"),
    Mutation("magnitude.signed if absolute else magnitude.parts", "magnitude.parts", "antipodal/test_targets"),
    Mutation(
        "(number(model.squares[i]) - 2 * cross + square)",
        "(number(model.squares[i]) - cross + square)",
        "analytic/test_loss",
    ),
    Mutation(
        "sum((w * (a * a + a * b + b * b) / 3 for w, a, b in self.parts)",
        "sum((w * (a * a + a * b + b * b) / 4 for w, a, b in self.parts)",
        "analytic/test_loss",
    ),
    Mutation(
        "total + coefficient * current / perm(k + power, k)",
        "total + coefficient * current / perm(k + power, 1)",
        "analytic/test_cube",
    ),
    Mutation(
        "_add_shifted(product, once, part.at_low, -1)",
        "_add_shifted(product, once, part.at_low, 1)",
        "analytic/test_cube",
    ),
    Mutation("* (side if order % 2 else 1)", "* side", "analytic/test_roots"),
    Mutation(
        "sympy.expand(-b / (2 * a) + (root if self.index == 1 else -root))",
        "sympy.expand(-b / (2 * a) + (root if self.index == 0 else -root))",
        "analytic/test_roots",
    ),
    Mutation(
        "c0, c1 = (v.linear - piece.linear) / (2 * curvature), v.square / curvature",
        "c0, c1 = (v.linear - piece.linear) / curvature, v.square / curvature",
        "analytic/test_water_filling",
    ),
    Mutation(
        "cross[d] += (term.cross[d][0] + term.cross[d][1] * positive) * power",
        "cross[d] += (term.cross[d][0] - term.cross[d][1] * positive) * power",
        "analytic/test_vertex_sums",
    ),
    Mutation(
        "a, b = (s, b) if ends[s] > 0 else (a, s)", "a, b = (s, b) if ends[s] < 0 else (a, s)", "analytic/test_winners"
    ),
    Mutation(
        "return p * fmpq(1, 3) - p * p * fmpq(1, 4)",
        "return p * fmpq(1, 3) - p * p * fmpq(1, 5)",
        "analytic/test_winner_bounds analytic/test_winners",
    ),
    Mutation(
        "above.slope[0] - below.slope[1], above.slope[1] - below.slope[0]",
        "above.slope[0] - below.slope[0], above.slope[1] - below.slope[1]",
        "analytic/test_n2m1_boundary",
    ),
    Mutation(
        "(_x, 0, (other * _u - beta) / own)", "(_x, 0, (other * _u + beta) / own)", "analytic/test_n2m1_bias_forms"
    ),
    Mutation("2 * p / 3 - 2 * cross**2 / whole", "2 * p / 3 - cross**2 / whole", "analytic/test_n2m1_bias_forms"),
    Mutation(
        "rational_number(c / (1 - c)).square_root()", "rational_number(c).square_root()", "analytic/test_toy_capacity"
    ),
    Mutation("square = closed_form(sizes - 2 * inner)", "square = closed_form(sizes - inner)", "analytic/test_energy"),
    Mutation("if j != i)) / G[i, i])", "if j > i)) / G[i, i])", "analytic/test_metrics"),
    Mutation("b / comb(len(powers) - 1, i)", "b / comb(len(powers), i)", "analytic/test_bernstein"),
    Mutation("sympy.expand(z**2 - 2 * x[i] * z)", "sympy.expand(z**2 + 2 * x[i] * z)", "analytic/test_n2m1_loss"),
    Mutation("next_sign = -sign if multiplicity % 2 else sign", "next_sign = -sign", "analytic/test_n2m1"),
    Mutation(
        'return "minimum" if min(rises) > 0 else "saddle"',
        'return "minimum" if max(rises) > 0 else "saddle"',
        "analytic/test_n2m1",
    ),
    Mutation(
        "cosine = Fraction(1) if c == r else (1 - c) / (1 - r)",
        "cosine = Fraction(1) if c == r else (1 - c) / (2 - r)",
        "analytic/test_tight_frames",
    ),
    Mutation(
        "return theta, t, -theta * t, n * (arb(1) / 3 - cross * t)",
        "return theta, t, theta * t, n * (arb(1) / 3 - cross * t)",
        "analytic/test_sparse_polytope",
    ),
    Mutation(
        "order = sorted(range(self.n), key=lambda i: -given[i])\n        for i in order:",
        "order = sorted(range(self.n), key=lambda i: given[i])\n        for i in order:",
        "analytic/test_capacity",
    ),
    Mutation(
        "t, beta = t.union(candidate.square_norm), beta.union(candidate.beta)",
        "t, beta = t, beta",
        "analytic/test_polytope_loss analytic/test_winners",
    ),
    Mutation(
        "rise = 2 * slope * square - cross * square.derivative()",
        "rise = slope * square - cross * square.derivative()",
        "analytic/test_polytope_loss",
    ),
    Mutation(
        "closed_form(1 + shape.interference_energy / corners)",
        "closed_form(1 + shape.interference_energy / (corners + 1))",
        "analytic/test_infinite_data",
    ),
    # numeric
    Mutation("_of(rest.weighed, own)", "_of(rest.parts, own)", "antipodal/test_targets"),
    Mutation("total = (projections**2).sum(axis=-1)", "total = (projections**2).sum(axis=-2)", "numeric/test_metrics"),
    Mutation(
        "(singular > cut * singular[..., :1]).sum",
        "(singular > cut).sum",
        "numeric/test_metrics numeric/test_metric_invariants",
    ),
    Mutation(
        "np.zeros(n, np.int64), np.zeros(1), False)",
        "np.zeros(n, np.int64), np.zeros(1), True)",
        "numeric/test_law numeric/test_sample",
    ),
    Mutation(
        "correction / (1 - self._settings.beta1**taken)",
        "correction / (1 - self._settings.beta2**taken)",
        "numeric/test_optimiser",
    ),
    Mutation(
        "self._parameters.mul_(1 - rates * decay)", "self._parameters.mul_(1 + rates * decay)", "numeric/test_optimiser"
    ),
    Mutation("d[:, :, -1] *= 1 + absent", "d[:, :, -1] *= absent", "numeric/test_gradient numeric/test_exact_training"),
    Mutation("alpha=4 * strength", "alpha=2 * strength", "numeric/test_gradient numeric/test_train"),
    Mutation("return step / max(1, steps - 1)", "return step / max(1, steps)", "numeric/test_schedule"),
    Mutation(
        "((target or 0.0) - max(0.0, constant)) ** 2", "((target or 0.0) - constant) ** 2", "numeric/test_quadrature"
    ),
    Mutation(
        "finished = enough & (largest <= tolerance)",
        "finished = enough & (largest <= 100 * tolerance)",
        "numeric/test_quasi_newton numeric/test_loss_minima",
    ),
    Mutation("if norm(here) <= enough:", "if norm(here) >= enough:", "numeric/test_minimise numeric/test_loss_minima"),
    Mutation("if curvatures[0] < -1e-4 * max(", "if curvatures[0] < -1e4 * max(", "numeric/test_minimise"),
    Mutation(
        "fresh = offered.values < found.values - LOWER",
        "fresh = offered.values > found.values + LOWER",
        "numeric/test_loss_map",
    ),
    Mutation("jump = (step - self._next) * self._words", "jump = step * self._words", "numeric/test_stream"),
    Mutation(
        "chosen = (rest * self._size).ceil_().sub_(1)", "chosen = (rest * self._size).ceil_()", "numeric/test_sample"
    ),
    Mutation(
        "self.parameters.mul_(1 - rate * self._decay)", "self.parameters.mul_(1 - self._decay)", "numeric/test_memorise"
    ),
    Mutation("found.require(found.finished == 0,", "found.require(found.finished >= 0,", "numeric/test_memorise"),
    Mutation("if total != checksum(front, arrays):", "if False:", "numeric/test_checkpoint"),
    Mutation("int((singular > tolerance * singular[0]).sum()), None", "len(members), None", "numeric/test_geometry"),
    Mutation(
        "return self.unsorted((W @ (D + D.mT))",
        "return self.unsorted((W @ (D + D))",
        "numeric/population/test_results numeric/population/test_derivatives",
    ),
    Mutation(
        "work[E2_I + t] += ar * work[E1_I + t] + ai * work[E1_R + t]",
        "work[E2_I + t] += ar * work[E1_I + t] - ai * work[E1_R + t]",
        "numeric/population/test_derivatives numeric/population/test_many_features",
    ),
    Mutation(
        "share = cube * (two + e1 - a) + kappa * (1 + e1 + two)",
        "share = cube * (two + e1 + a) + kappa * (1 + e1 + two)",
        "numeric/population/test_many_features",
    ),
    Mutation(
        "mean = w * (cube * z / 12 - at[_QUARTIC, k] - edge4)",
        "mean = w * (cube * z / 12 - at[_QUARTIC, k] - 0.999 * edge4)",
        "numeric/population/test_many_features numeric/population/test_derivatives",
    ),
    Mutation(
        "own = row.s if j == row.i else 0.0",
        "own = row.s",
        "numeric/population/test_many_features numeric/population/test_derivatives",
    ),
    Mutation(
        "P = max(max(same, other) * 1.000001, 0.7 / taus[octave])",
        "P = max(max(same, other) * 0.5, 0.7 / taus[octave])",
        "numeric/population/test_many_features numeric/population/test_properties",
    ),
    Mutation("width = faces.free @ length", "width = faces.free @ rising", "numeric/population/test_faces"),
    Mutation(
        "mean * centre + within * free * own_length / 12",
        "mean * centre + within * free * own_length / 6",
        "numeric/population/test_faces numeric/population/test_exact",
    ),
    Mutation(
        "mine = factor * (self.own_phi[1] - self.zeta * self.own_phi[2])",
        "mine = factor * (self.own_phi[1] + self.zeta * self.own_phi[2])",
        "numeric/population/test_derivatives",
    ),
    Mutation(
        "own = X * own_factor * zeta * (nodes.own_phi[2] - zeta * nodes.own_phi[3])",
        "own = X * own_factor * zeta * (nodes.own_phi[2] + zeta * nodes.own_phi[3])",
        "numeric/population/test_derivatives",
    ),
    Mutation("(Gb * tG).sum(-1) + bb * tb", "(Gb * tG).sum(-1) - bb * tb", "numeric/population/test_derivatives"),
    Mutation(
        "result[model, feature] = (part @ t[model, feature][:, :, None])[:, :, 0]",
        "result[model, feature] = (part @ t[model, feature][:, :, None])[:, :, 0].clip(0)",
        "numeric/population/test_torch numeric/population/test_derivatives",
    ),
    Mutation(
        "if damaged and not recompute_damaged:", "if False:", "numeric/sweep/test_sweep numeric/sweep/test_faults"
    ),
    Mutation(
        "return (*(len(values) for values in self.axes.values()), len(self.seeds))",
        "return (len(self.seeds), *(len(values) for values in self.axes.values()))",
        "numeric/sweep/test_shard numeric/sweep/test_sweep",
    ),
    # figures
    Mutation(
        "low, high = np.where(antipodal, middle, low), np.where(antipodal, high, middle)",
        "low, high = np.where(antipodal, low, middle), np.where(antipodal, middle, high)",
        "figures/test_figures",
    ),
    Mutation(
        "best = np.nanargmin(losses, axis=-1)[..., None]",
        "best = np.nanargmax(losses, axis=-1)[..., None]",
        "figures/test_figures",
    ),
    Mutation(
        'chosen = losses.argsort(kind="stable")[:ORDERS]',
        'chosen = losses.argsort(kind="stable")[-ORDERS:]',
        "figures/test_shape_figures figures/test_figures",
    ),
    Mutation('prefix = "".join(f"{place} " for place in index)', 'prefix = ""', "figures/test_table"),
    Mutation(
        "if value.dtype == bool:\n        return value.astype(np.int8)",
        "if value.dtype == bool:\n        return None",
        "figures/test_table",
    ),
    Mutation(
        "hashlib.sha256((folder / file).read_bytes()).hexdigest() == digest for",
        "bool(digest) for",
        "figures/test_gallery",
    ),
    Mutation("max(1, math.ceil(seconds - 0.5))", "math.ceil(seconds - 0.5)", "figures/test_gallery"),
    # verify
    Mutation(
        "return bool(self.outcome.deviation <= self.outcome.tolerance)",
        "return not self.outcome.deviation > self.outcome.tolerance",
        "verify/test_check",
    ),
    Mutation(
        "math.isnan(deviation) or deviation > self._deviation", "deviation > self._deviation", "verify/test_check"
    ),
    Mutation(
        "penalty = strength * float((gram**2).sum() - (gram.diagonal() ** 2).sum())",
        "penalty = strength * float((gram**2).sum())",
        "verify/test_smallest_model",
    ),
    Mutation(
        "scale = float(model.parameters[1]) * (float(sum(values)) + float((W**2).sum())) ** 2",
        "scale = 1e9",
        "verify/test_capacity",
    ),
    Mutation(
        "see {out / 'report.html'}\")\n    return 1 if failed else 0",
        "see {out / 'report.html'}\")\n    return 0",
        "verify/test_main_job",
    ),
    Mutation(
        'write_whole(out / "verify.json", as_json(checks, elapsed(), complete=False))', "pass", "verify/test_main_job"
    ),
    Mutation(
        "exact = float((ahead - behind) / (2 * step))",
        "exact = float((ahead - behind) / step)",
        "verify/test_population",
    ),
    Mutation("and reached <= upper * scale <= dropped):", "and upper * scale <= dropped):", "verify/test_certificate"),
    Mutation(
        "if min(map(min, piece)) <= 0:",
        "if max(map(max, piece)) <= 0:",
        "verify/test_certificate",
    ),
)


def module(mutation: Mutation) -> Path:
    """The one file that holds the text, from the root. ValueError unless it is there once."""
    found = {
        path: count
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if (count := path.read_text().count(mutation.old))
    }
    if sum(found.values()) != 1:
        places = ", ".join(str(path.relative_to(ROOT)) for path in found) or "no module"
        raise ValueError(f"{mutation.old!r} must stand once in the packages, got {sum(found.values())} in {places}")
    return next(iter(found)).relative_to(ROOT)


def test_files(mutation: Mutation) -> list[Path]:
    files = []
    for name in mutation.tests.split():
        room, file = name.split("/", 1)
        below = sorted((ROOT / "tests" / room).rglob(f"{Path(file).name}.py"))
        exact = [path for path in below if path.with_suffix("").as_posix().endswith(name)]
        files += [path.relative_to(ROOT) for path in exact or below]
    if not files:
        raise ValueError(f"tests must name files below tests/, got {mutation.tests!r}")
    return files


class Seen:
    """A pytest plugin that keeps the first thing to go red."""

    first = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._see(report.failed, report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._see(report.failed, f"reading {report.nodeid}")

    def _see(self, failed: bool, place: str) -> None:
        if failed and not self.first:
            self.first = place.removeprefix("tests/")


def killer(mutation: Mutation, copy: Path) -> str:
    """The test that goes red in the copy, "" where all pass."""
    file = copy / module(mutation)
    file.write_text(file.read_text().replace(mutation.old, mutation.new))
    answer, ours = os.pipe()
    # A fork: the libraries are loaded once, the packages by each child from the copy.
    child = os.fork()
    if child == 0:
        os.close(answer)
        _try(test_files(mutation), copy, ours)
    os.close(ours)
    with os.fdopen(answer) as lines:
        seen = lines.read()
    os.waitpid(child, 0)
    shutil.copy2(ROOT / module(mutation), file)  # with its date: what is compiled of it is good again
    return seen


def _try(files: list[Path], copy: Path, answer: int) -> NoReturn:
    os.chdir(copy)
    os.environ["PYTHONPATH"] = str(copy)
    sys.path.insert(0, str(copy))
    sys.dont_write_bytecode = True  # the compiled module of a fault must not outlive it
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    seen = Seen()
    said = "no answer"
    try:
        code = pytest.main([*_OPTIONS, *map(str, files)], plugins=[seen])
        said = seen.first or ("" if code == 0 else f"exit code {code}")
    finally:
        os.write(answer, said.encode())
        os._exit(0)


def chosen(words: list[str]) -> list[Mutation]:
    """Those whose module's path contains a word; all without one. Every row is looked up before the first is tried."""
    paths = {mutation: module(mutation).as_posix() for mutation in TABLE}
    for mutation in TABLE:
        test_files(mutation)
    return [mutation for mutation in TABLE if not words or any(word in paths[mutation] for word in words)]


def _cpu() -> float:
    return sum(os.times()[:4])


def main(words: list[str]) -> int:
    mutations = chosen(words)
    survivors = 0
    for library in _LIBRARIES:
        importlib.import_module(library)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in (*PACKAGES, "tests"):
            shutil.copytree(ROOT / name, copy / name)
        for name in ("pyproject.toml", "README.md", "CONTRIBUTING.md", "Makefile"):
            shutil.copy2(ROOT / name, copy / name)
        print("| module | fault | seen by | CPU s |\n|---|---|---|---|", flush=True)
        for mutation in mutations:
            start = _cpu()
            seen = killer(mutation, copy)
            survivors += not seen
            new = " ".join(mutation.new.split()) or "nothing"
            seconds = _cpu() - start
            print(f"| {module(mutation)} | `{new}` | {seen or '**survived**'} | {seconds:.0f} |", flush=True)
    print(f"\n{len(mutations) - survivors} of {len(mutations)} seen")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
