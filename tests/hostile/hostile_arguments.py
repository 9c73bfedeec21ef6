"""Hostile arguments, and a walk that gives each of them to every argument of every public function of a package.

A function is known by one valid call, `VALID["module.function"]` in the test of its package; one that has none makes the test
fail, so that new functions join by themselves. Each argument in turn is replaced, whole or in its first entry, by each hostile
one. Right are a result without NaN, where the signature allows the argument, and one sentence: a ValueError or TypeError that
names the argument and what came, raised by the project's own code.
"""

from __future__ import annotations

import contextlib
import dataclasses
import enum
import importlib
import inspect
import math
import pkgutil
import re
import traceback
import types
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse
import sympy
import torch
from hypothesis import settings

import analytic.law
import numeric.law
from numeric.arguments import shown

ROOT = Path(__file__).resolve().parents[2]
EXECUTED: list[str] = []
"""What strings that came to be executed have left here."""
CODE = "__import__('hostile_arguments').EXECUTED.append('executed')"


class Verdict(enum.Enum):
    CLEAR = "clear"
    TAKEN = "taken"
    UNCLEAR = "unclear"
    SILENT = "silent"


class Call(NamedTuple):
    """A valid call: of the function, or of this method of `self`; `without`: what of the table is not tried on it.

    A `self` that takes seconds to make is a function of nothing, called where it is used.
    """

    arguments: Mapping[str, Any]
    self: Any = None
    without: tuple[str, ...] = ()

    @property
    def receiver(self) -> tuple[Any, ...]:
        _, it, _ = self
        return () if it is None else (it() if isinstance(it, types.FunctionType) else it,)


class Outcome(NamedTuple):
    function: str
    argument: str
    hostile: str
    verdict: Verdict
    said: str


def of(self: Any, **arguments: Any) -> Call:
    return Call(arguments, self)


def call(**arguments: Any) -> Call:
    return Call(arguments)


Fits = Callable[[str, Any, Any], bool]


def _never(annotation: str, default: Any, valid: Any) -> bool:
    return False


class Hostile(NamedTuple):
    """`make` gives what stands in place of the valid argument, `None` where the kind of argument has no such; `fits` says
    whether a signature (the annotation, the default, the valid argument) may allow it.
    """

    make: Callable[[Any], Any]
    fits: Fits = _never


_ABSENT = object()


def _always(annotation: str, default: Any, valid: Any) -> bool:
    return True


def _path(annotation: str, default: Any, valid: Any) -> bool:
    return "Path" in annotation


def _none_inside(annotation: str, default: Any, valid: Any) -> bool:
    return "| None, " in annotation


def _exact(annotation: str, default: Any, valid: Any) -> bool:
    return re.search("Exact|Expr|Groups|Weights|Points|Importance|MatrixBase", annotation) is not None


def _text(annotation: str, default: Any, valid: Any) -> bool:
    """Where "1/2" is a number, at the door too."""
    return _exact(annotation, default, valid) or "Number" in annotation


def _floats(annotation: str, default: Any, valid: Any) -> bool:
    return re.search("float|Float|Array|Tensor|Any|Row|Weights", annotation) is not None


def _numbers(values: Any) -> bool:
    """Whether it is a number or nested sequences of numbers."""
    leaf = values
    while isinstance(leaf, list | tuple) and leaf:
        leaf = leaf[0]
    return isinstance(leaf, int | float) or (isinstance(leaf, str) and leaf[:1].isdigit())


def _first_entry(value: Any) -> Callable[[Any], Any]:
    """The valid argument with its first number or word replaced; itself replaced where it has no entries."""

    def replaced(valid: Any) -> Any:
        if isinstance(valid, sympy.MatrixBase):
            valid = valid.tolist()
        if isinstance(valid, list | tuple) and valid and not hasattr(valid, "_fields"):
            return type(valid)([replaced(valid[0]), *valid[1:]])
        return value

    return lambda valid: replaced(valid) if isinstance(valid, list | tuple | sympy.MatrixBase) and valid else _ABSENT


def _array(make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Of a matrix or row of floats."""

    def made(valid: Any) -> Any:
        if not isinstance(valid, list) or not _numbers(valid):
            return _ABSENT
        exact = np.array(valid, dtype=object)
        return make(np.array([float(Fraction(entry)) for entry in exact.flat]).reshape(exact.shape))

    return made


def _masked(array: np.ndarray) -> Any:
    mask = np.zeros(array.shape, dtype=bool)
    mask.flat[0] = True
    return np.ma.array(array, mask=mask)


SCALARS: dict[str, tuple[Any, Fits]] = {
    "None": (None, lambda annotation, default, valid: default is None or "None" in annotation or annotation == "Any"),
    "nan": (math.nan, _never),
    "inf": (math.inf, _never),
    "complex": (1j, _never),
    "True": (True, lambda annotation, default, valid: "bool" in annotation),
    "text": ("abc", _path),
    "code": (CODE, _path),
    "huge exponent": ("1e-99999999", _path),
    "an object": (object(), _never),
    "a class": (analytic.law.OneHot, _never),
    "a law of analytic": (
        analytic.law.OneHot(),
        lambda annotation, default, valid: isinstance(valid, analytic.law.Law),
    ),
    "a law of numeric": (numeric.law.OneHot(), lambda annotation, default, valid: isinstance(valid, numeric.law.Law)),
    "a function": (len, lambda annotation, default, valid: callable(valid) and not isinstance(valid, type)),
    "a set": ({1}, _never),
}
TABLE: dict[str, Hostile] = {
    **{name: Hostile(lambda valid, value=value: value, fits) for name, (value, fits) in SCALARS.items()},
    **{
        f"{name} inside": Hostile(_first_entry(value), _none_inside if value is None else _never)
        for name, (value, _) in SCALARS.items()
        if name in ("nan", "inf", "complex", "True", "None", "text", "code", "huge exponent", "an object", "a set")
    },
    "2.5": Hostile(
        lambda valid: 2.5,
        lambda annotation, default, valid: bool(re.search("float|Float|Array|Tensor|Any|Row|Weights", annotation)),
    ),
    "negative": Hostile(lambda valid: -3 if isinstance(valid, int | float) else _ABSENT, _always),
    "empty": Hostile(lambda valid: [], _always),
    "ragged": Hostile(lambda valid: [[1], [1, 2]] if isinstance(valid, list) else _ABSENT, _never),
    "one axis more": Hostile(lambda valid: [valid] if isinstance(valid, list) else _ABSENT, _always),
    "one entry less": Hostile(lambda valid: valid[:-1] if isinstance(valid, list) else _ABSENT, _always),
    "an overflow": Hostile(_first_entry(1.3e308), _floats),
    "a large square": Hostile(_first_entry(1e200), _floats),
    "a denormal": Hostile(_first_entry(5e-324), _floats),
    "beyond a float": Hostile(_first_entry(10**400), _exact),
    "too long to print": Hostile(_first_entry(10**5000)),
    "masked": Hostile(_array(_masked)),
    "sparse": Hostile(
        _array(lambda array: scipy.sparse.csr_array(array.reshape(-1, array.shape[-1]))),
        lambda annotation, default, valid: annotation == "Any",
    ),
    "sparse tensor": Hostile(_array(lambda array: torch.from_numpy(array).to_sparse())),
    "complex array": Hostile(_array(lambda array: array * 1j)),
    "boolean array": Hostile(_array(lambda array: array > 0)),
    "array of text": Hostile(_array(lambda array: array.astype(str)), _text),
}


def public(package: types.ModuleType, left_out: Iterable[str]) -> dict[str, Callable[..., Any]]:
    """The public functions of a package that take arguments, by full name: those of its modules, methods, and classes that
    check what they are given. `left_out`: names of modules and functions.
    """
    found = {}
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        module = importlib.import_module(info.name)
        for name, value in vars(module).items():
            if name.startswith("_") or getattr(value, "__module__", None) != info.name:
                continue
            full = f"{info.name}.{name}"
            if inspect.isclass(value):
                if hasattr(value, "__post_init__") or (
                    "__init__" in vars(value) and not dataclasses.is_dataclass(value)
                ):
                    found[full] = value
                for method, function in vars(value).items():
                    plain = function.__func__ if isinstance(function, classmethod | staticmethod) else function
                    if not method.startswith("_") and inspect.isfunction(plain):
                        found[f"{full}.{method}"] = getattr(value, method)
            elif callable(value):
                found[full] = value
    prefixes = tuple(left_out)
    return {
        name: function
        for name, function in found.items()
        if not any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes) and _parameters(function)
    }


def outcomes(
    name: str, function: Callable[..., Any], valid: Call, share: int = 1, offset: int = 0
) -> Iterator[Outcome]:
    """Of every `share`-th hostile argument, from number `offset`, in place of each of the function's arguments."""
    parameters = _parameters(function)
    for k, (parameter, argument) in enumerate(parameters.items()):
        for j, (kind, hostile) in enumerate(TABLE.items()):
            if (j + k + offset) % share or kind in valid.without:
                continue
            if kind in ("a class", "a function") and re.search(
                "Callable|Objective|Progress|Recorder", str(argument.annotation)
            ):
                continue  # what a caller's own function does is its own
            given = valid.arguments.get(parameter, argument.default)
            value = hostile.make(given)
            if value is not _ABSENT:
                allowed = hostile.fits(str(argument.annotation), argument.default, given)
                verdict, said = _judged(function, valid, parameter, value, allowed)
                yield Outcome(name, parameter, kind, verdict, said)


def _judged(
    function: Callable[..., Any], valid: Call, parameter: str, value: Any, allowed: bool
) -> tuple[Verdict, str]:
    arguments = {**valid.arguments, parameter: value}
    positional = valid.receiver
    before = len(EXECUTED)
    try:
        result = function(*positional, **arguments)
        if isinstance(result, Iterator):
            result = [entry for entry, _ in zip(result, range(100), strict=False)]
    except (ValueError, TypeError) as error:
        if len(EXECUTED) > before:
            return Verdict.SILENT, "executed"
        frame = traceback.extract_tb(error.__traceback__)[-1]
        own = Path(frame.filename).is_relative_to(ROOT) and "site-packages" not in frame.filename
        own = own and not Path(frame.filename).is_relative_to(ROOT / "tests")
        sentence = f"{type(error).__name__}: {error}"
        clear = (
            own and re.search(rf"(?<!\w){re.escape(parameter.rstrip('_'))}(?!\w)", str(error)) and "got " in str(error)
        )
        return (Verdict.CLEAR if clear else Verdict.UNCLEAR), sentence
    except Exception as error:
        return Verdict.UNCLEAR, f"{type(error).__name__}: {error}"
    if len(EXECUTED) > before:
        return Verdict.SILENT, "executed"
    if not allowed:
        return Verdict.SILENT, f"gave {shown(result)}"
    return (Verdict.SILENT, "gave nan") if _has_nan(result) else (Verdict.TAKEN, "")


def _has_nan(result: Any, depth: int = 0) -> bool:
    if isinstance(result, float | np.floating):
        return math.isnan(result)
    if isinstance(result, sympy.Basic):
        return bool(result.has(sympy.nan))
    if isinstance(result, torch.Tensor):
        return bool(result.isnan().any())
    if isinstance(result, np.ndarray):
        return result.dtype.kind == "f" and bool(np.isnan(result).any())
    if depth < 5 and isinstance(result, Mapping):
        return any(_has_nan(part, depth + 1) for part in result.values())
    if depth < 5 and isinstance(result, Sequence) and not isinstance(result, str):
        return any(_has_nan(part, depth + 1) for part in result)
    if depth < 5 and dataclasses.is_dataclass(result):
        return any(_has_nan(getattr(result, part.name), depth + 1) for part in dataclasses.fields(result))
    return False


def _parameters(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """Of the arguments that a caller gives: `self` is not among them."""
    return {name: argument for name, argument in inspect.signature(function).parameters.items() if name != "self"}


def table(found: Iterable[Outcome]) -> str:
    """Functions × arguments: how many of each verdict, and every one that is not right."""
    rows: dict[tuple[str, str], Counter[Verdict]] = {}
    wrong = []
    for one in found:
        rows.setdefault((one.function, one.argument), Counter())[one.verdict] += 1
        if one.verdict in (Verdict.UNCLEAR, Verdict.SILENT):
            wrong.append(f"{one.function}({one.argument} = {one.hostile}): {one.verdict.value}: {one.said}")
    lines = [f"{'argument':70} " + " ".join(f"{verdict.value:>8}" for verdict in Verdict)]
    total: Counter[Verdict] = Counter()
    for (function, argument), counts in rows.items():
        total += counts
        lines.append(f"{function + '(' + argument + ')':70} " + " ".join(f"{counts[verdict]:8}" for verdict in Verdict))
    lines.append(f"{'in all':70} " + " ".join(f"{total[verdict]:8}" for verdict in Verdict))
    return "\n".join([*lines, *wrong])


def known(functions: Iterable[str], valid: Iterable[str]) -> None:
    """Every function has a valid call, and every valid call a function."""
    missing, gone = sorted(set(functions) - set(valid)), sorted(set(valid) - set(functions))
    assert not missing, (
        f"add to VALID a valid call of each, or to INSIDE what takes only what others have read: {missing}"
    )
    assert not gone, f"no longer public: {gone}"


def share(usual: int) -> int:
    """Every `usual`-th entry of the table, in turn from function to function; in `make fuzz` every one."""
    return 1 if settings().max_examples >= 1000 else usual


def right(name: str, function: Callable[..., Any], valid: Call, share: int, offset: int) -> None:
    """The function takes rightly or refuses clearly its share of the table."""
    found = list(outcomes(name, function, valid, share, offset))
    assert all(one.verdict in (Verdict.CLEAR, Verdict.TAKEN) for one in found), table(found)


def without_execution(function: Callable[..., Any], valid: Call | None) -> None:
    """A string of code in place of each argument, plain and nested, executes nothing; whether it is refused is not asked."""
    parameters = _parameters(function)
    others = {name: _plausible(str(argument.annotation)) for name, argument in parameters.items()}
    for name in parameters:
        for text in (CODE, [CODE], (CODE, 1), [[CODE, 0], [0, CODE]]):
            for arguments in [others] if valid is None else [others, valid.arguments]:
                receiver = () if valid is None else valid.receiver
                with contextlib.suppress(Exception):
                    result = function(*receiver, **{**arguments, name: text})
                    list(result) if isinstance(result, Iterator) else str(result)
                assert not EXECUTED, f"{function.__qualname__} executes its argument {name} = {text}"


def _plausible(annotation: str) -> Any:
    """Some argument of that kind, so that a kernel reaches the others."""
    for word, value in (
        ("Matrix", sympy.eye(2)),
        ("Sequence", [sympy.Integer(1), sympy.Integer(2)]),
        ("Expr", sympy.Rational(1, 2)),
        ("str", "x"),
        ("int", 3),
    ):
        if word in annotation:
            return value
    return Fraction(1, 2)
