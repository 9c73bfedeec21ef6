"""The house: which room may import which, what a room shows of itself, and how many rooms there are on a floor.

A room is what lies in one of the packages below: a module, or a package with a face.
"""

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

ROOT = Path(__file__).parents[1]
FLOORS = {
    "analytic": "",
    "numeric": "",
    "figures": "analytic numeric",
    "verify": "analytic numeric figures",
    "antipodal": "analytic numeric figures verify",
}
"""Package → packages below it, each of whose rooms it may import."""
TOPICS = (
    "directions smallest_model population sparsity shapes charges capacity dynamics finite_data learning_coefficients"
)
ROOMS = {
    "analytic": {
        "": "n2m1",
        "exact": "",
        "emit": "",
        "law": "exact",
        "metrics": "exact",
        "loss": "law",
        "n2m1": "emit law",
        "one_axis": "loss n2m1",
        "polytopes": "metrics",
        "polytope_loss": "loss polytopes",
        "winners": "polytope_loss",
        "thomson": "polytopes",
        "capacity": "n2m1",
        "fixed_weights": "loss",
        "memorised": "loss",
        "infinite_data": "polytope_loss",
        # to come
        "one_sparse": "polytope_loss",
        "polygon_proof": "one_sparse n2m1",
        "learning_coefficient": "one_sparse n2m1",
    },
    "numeric": {
        "": "",
        "running": "",
        "printed": "",
        "arguments": "printed",
        "law": "arguments",
        "model": "arguments",
        "metrics": "arguments",
        "solution": "arguments",
        "quadrature": "arguments",
        "monte_carlo": "arguments",
        "sample": "law running",
        "population": "law running",
        "geometry": "metrics",
        "thomson": "solution",
        "line_packing": "geometry thomson",
        "minimise": "population model running solution",
        "train": "sample population model geometry running",
        "capacity": "minimise metrics quadrature",
        "dynamics": "train minimise geometry",
        "memorise": "train",
        "sweep": "train",
        "atlas": "minimise geometry thomson running",
        # to come
        "learning_coefficient": "train minimise",
    },
    "figures": {
        "": "gallery",
        "catalogue": "",
        "gallery": f"catalogue motifs {TOPICS}",
        "motifs": "",
        **dict.fromkeys(TOPICS.split(), "motifs"),
        "of_results": "motifs smallest_model",
        "command": "gallery",
        "__main__": "command",
        # to come
        "pages": "motifs gallery",
        "explorer": "motifs gallery",
    },
    "verify": {
        "": "",
        "check": "",
        "checkers": "",
        "certificate": "checkers",
        "suites": "check certificate",
        "theorems": "",
        "report": "check theorems",
        "job": "suites report",
        "command": "job",
        "__main__": "command",
    },
    "antipodal": {
        "": "hidden",
        "hidden": "",
        "version": "",
        "weights": "",
        "drawing": "",
        "laws": "",
        "exact": "laws",
        "floats": "laws",
        "training": "laws",
        "testing": "laws",
        "minima": "laws",
        "least": "minima",
        "judgement": "least",
        "atlas_command": "minima",
        "command": "judgement atlas_command version weights",
        "__main__": "command hidden",
    },
}
"""Package → room → rooms of the same package below it; what is below these is below it too. "" is the package's own face."""
OPEN = {
    "analytic.exact": "tools of all rooms: its modules are its names",
    "numeric.running": "the same",
    "figures.motifs": "the same",
    "figures.smallest_model.landscape": "antipodal.plot draws by it",
    "figures.smallest_model.transition": "and by this",
    "verify.suites": "the same",
    "analytic.capacity.quadratic_task": "symbols with common names",
    "analytic.n2m1.derivation": "the same",
    "analytic.n2m1.ray": "the loss along a ray, also of a feature held at a capacity",
    "analytic.n2m1.basins": "the figure shows the curves",
    "analytic.n2m1.bias": "features on one axis rest on the same cells and forms",
    "analytic.polygon_proof": "figures and checks show its inequality part by part",
    "analytic.loss.cube": "held to quadrature in `verify`",
    "analytic.one_axis.table": "what is certified, carried as data",
    "analytic.loss.feature": "the explorer has its expressions as JavaScript",
    "analytic.one_sparse.entries": "learning coefficients read W and b alike",
    "analytic.one_sparse.pair": "and have the same kinks",
    "analytic.one_sparse.potential": "the same derivatives",
    "analytic.one_sparse.signs": "the same inertia",
    "figures.gallery.html": "needs Jinja",
    "figures.gallery.layout": "the same",
    "figures.gallery.inline": "the report shows drawings, too",
    "numeric.arguments.tensors": "needs torch",
    "numeric.arguments.device": "the same",
    "numeric.learning_coefficient.phases": "another subject, that figures and checks show",
    "numeric.population.factors": "figures.population shows how it works inside",
    "numeric.population.line_rows": "the same",
    "numeric.sweep.command": "antipodal sweep is the same command",
    "numeric.sample": "training draws in each of its ways",
    "numeric.train.checkpoint": "training on samples has the same files",
    "numeric.train.config": "and the same number formats",
    "numeric.train.description": "a sweep describes its settings alike",
    "numeric.train.rows": "and lays them out alike",
    "numeric.train.gradient": "an adversary's gradient",
    "numeric.train.judgement": "dynamics are judged as training is",
    "numeric.train.recording": "the recorders",
}
"""Modules within rooms that other rooms may import, and why; everything else goes through the faces."""

LISTED = "figures.gallery.script"
"""It lists every figure for mypy."""


def room_of(module: str) -> str:
    """The first two words of a module's name: "numeric.train.block" lies in numeric.train."""
    return ".".join(module.split(".")[:2])


def below(room: str) -> frozenset[str]:
    """All rooms that it may import."""
    package, _, name = room.partition(".")
    found: set[str] = set()
    waiting = set(ROOMS[package][name].split())
    while waiting:
        found.add(current := waiting.pop())
        waiting |= set(ROOMS[package][current].split())
    others = {f"{other}.{each}".rstrip(".") for other in FLOORS[package].split() for each in ROOMS[other]}
    return frozenset({f"{package}.{each}" for each in found} | others)


def all_rooms() -> set[str]:
    return {f"{package}.{each}".rstrip(".") for package, rooms in ROOMS.items() for each in rooms}


@cache
def files() -> dict[str, Path]:
    """Every module of the packages, by name."""
    found = {}
    for package in FLOORS:
        for path in (ROOT / package).rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def arrows() -> Iterator[tuple[str, str]]:
    """(module, what it imports from: a module or a face). What a module does when run as a command is no arrow."""
    modules = files()
    for module, path in modules.items():
        package = module if path.name == "__init__.py" else module.rpartition(".")[0]
        for node in _imports(ast.parse(path.read_text(encoding="utf-8")).body):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
                base = ".".join([*above, *filter(None, [node.module])])
                face = modules.get(base)
                shown = exported(base) if face is not None and face.name == "__init__.py" else ()
                names = [
                    f"{base}.{alias.name}" if f"{base}.{alias.name}" in modules and alias.name not in shown else base
                    for alias in node.names
                ]
            yield from ((module, name) for name in names if name.split(".")[0] in FLOORS)


def _imports(body: list[ast.stmt]) -> Iterator[ast.Import | ast.ImportFrom]:
    for statement in body:
        if isinstance(statement, ast.If) and "__name__" in ast.unparse(statement.test):
            continue
        yield from (node for node in ast.walk(statement) if isinstance(node, ast.Import | ast.ImportFrom))


@cache
def exported(package: str) -> frozenset[str]:
    """`__all__` of a face."""
    for node in ast.parse(files()[package].read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return frozenset(ast.literal_eval(node.value))
    return frozenset()


def faces() -> list[str]:
    """Of all but the door, which shows everything."""
    return sorted(module for module, path in files().items() if path.name == "__init__.py" and module != "antipodal")


def test_every_room_is_in_the_table() -> None:
    assert {room_of(module) for module in files()} <= all_rooms()


@pytest.mark.parametrize("package", ROOMS)
def test_the_table_has_no_circle(package: str) -> None:
    order = list(TopologicalSorter({room: rooms.split() for room, rooms in ROOMS[package].items()}).static_order())
    assert set(order) == {*ROOMS[package]}


@pytest.mark.slow
def test_no_arrow_runs_up() -> None:
    wrong = {
        f"{module} imports {name}"
        for module, name in arrows()
        if room_of(module) != room_of(name) and room_of(name) not in below(room_of(module))
    }
    assert wrong == set()


@pytest.mark.slow
def test_what_a_face_does_not_show_is_private_to_the_room() -> None:
    inner = {(module, name) for module, name in arrows() if room_of(module) != room_of(name) and name != room_of(name)}
    used = {door for _, name in inner for door in OPEN if f"{name}.".startswith(f"{door}.")}
    closed = {
        f"{module} imports {name}"
        for module, name in inner
        if module != LISTED and not any(f"{name}.".startswith(f"{door}.") for door in OPEN)
    }
    assert closed == set()
    assert used == {*OPEN}, "a door that nobody uses"


@pytest.mark.parametrize("face", faces())
def test_a_face_says_what_the_room_is(face: str) -> None:
    """In at most 25 lines, with every module of the room by name."""
    text = files()[face].read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 25
    said = ast.get_docstring(ast.parse(text)) or ""
    inside = {module for module in files() if module.rpartition(".")[0] == face and not module.endswith("__main__")}
    if face not in ("verify", "figures"):
        assert [module for module in sorted(inside) if module.rpartition(".")[2] not in said] == []


def test_no_module_is_called_as_what_the_face_of_its_room_shows() -> None:
    """`numeric.minimise.minimise` would be a module or a function, by the order of imports."""
    for package in ROOMS:
        for module in walk_packages(import_module(package).__path__, f"{package}."):
            if not module.name.endswith("__main__"):
                import_module(module.name)
    wrong = [f"{face}.{name}" for face in faces() for name in exported(face) if f"{face}.{name}" in files()]
    assert wrong == []
    for face in faces():
        module = import_module(face)
        assert [name for name in exported(face) if not hasattr(module, name)] == []


@pytest.mark.parametrize(("package", "most"), [("analytic", 18), ("numeric", 22), ("figures", 18)])
def test_a_floor_can_be_seen_at_once(package: str, most: int) -> None:
    assert len({room_of(module) for module in files() if module.startswith(f"{package}.")}) <= most


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first, *rest = function.body
    said = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return (
        (function.end_lineno or 0) - rest[0].lineno + 1
        if said and rest
        else (function.end_lineno or 0) - first.lineno + 1
    )


@pytest.mark.slow
def test_modules_and_functions_are_of_a_size_to_read() -> None:
    """At most 250 lines in a module, 45 in a function's body without its docstring."""
    long = []
    for module, path in files().items():
        text = path.read_text(encoding="utf-8")
        if len(text.splitlines()) > 250:
            long.append(module)
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and body_lines(node) > 45:
                long.append(f"{module}.{node.name}")
    assert long == []
