"""Exact expressions as fast functions of NumPy arrays or torch tensors, or as JavaScript.

One emitter for all: an expression is brought to Horner form and its common subexpressions are pulled out, and what
is left is plain arithmetic (+, −, ×, ÷, small integer powers), which arrays, tensors and a browser share. A piecewise
expression is evaluated only where its own condition holds: a lambdified `Piecewise` would evaluate every branch
everywhere, and divide by zero in the branches that do not apply.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

import numpy as np
import sympy
from sympy import Expr

Arithmetic = Callable[..., Any]


def compile_arithmetic(arguments: Sequence[sympy.Symbol], expressions: Sequence[Expr]) -> Arithmetic:
    """A function of `arguments` that returns the list of values of `expressions`, by arithmetic alone.

    Horner form in the order of `arguments`, then common subexpressions over all the expressions together. The function
    takes floats, NumPy arrays or torch tensors. Raises ValueError for an expression with other free symbols.

    >>> x = sympy.Symbol("x")
    >>> compile_arithmetic([x], [x**2 + 1, x / 2])(3)
    [10, 1.5]
    """
    _check_symbols(arguments, expressions)
    compiled: Arithmetic = sympy.lambdify(
        arguments, [_horner(e, arguments) for e in expressions], modules=[{}], cse=True
    )
    return compiled


def compile_chambers(
    arguments: Sequence[sympy.Symbol], pieces: Sequence[tuple[sympy.Basic, Sequence[Expr]]]
) -> Callable[..., list[Any]]:
    """A function for expressions that differ by chamber: of (condition, expressions) the first that holds wins.

    The function takes one value for each argument (floats, arrays, tensors, broadcast together) and `namespace`, the
    module `numpy` (default) or `torch`, and returns one array or tensor for each expression, or floats for floats.
    With torch the result is differentiable. Where no condition holds, and where any input is not finite, the result
    is nan; so it is for floats whose powers overflow (arrays then give infinities, with a warning).
    """
    conditions = [sympy.lambdify(arguments, _conjuncts(condition), modules=[{}]) for condition, _ in pieces]
    functions = [compile_arithmetic(arguments, expressions) for _, expressions in pieces]
    count = len(pieces[0][1])

    def evaluate(*values: Any, namespace: ModuleType = np) -> list[Any]:
        if len(values) != len(arguments):
            raise TypeError(f"{len(arguments)} values wanted ({', '.join(map(str, arguments))}), got {len(values)}")
        if all(isinstance(value, (int, float)) for value in values):
            numbers = [float(value) for value in values]
            if not all(map(math.isfinite, numbers)):
                return [math.nan] * count
            inside = (f for holds, f in zip(conditions, functions, strict=True) if all(holds(*numbers)))
            try:
                return list(next(inside, lambda *_: [math.nan] * count)(*numbers))
            except OverflowError:
                return [math.nan] * count
        first = values[0] if hasattr(values[0], "dtype") else namespace.asarray(values[0])
        # Adding the common zero broadcasts, and takes every value to one dtype and device; it is nan where one is not finite.
        with np.errstate(invalid="ignore"):
            zero = sum((0.0 * value for value in values[1:]), 0.0 * first)
        values = tuple(value + zero for value in values)
        results = [namespace.full_like(zero, float("nan")) for _ in range(count)]
        undecided = zero == 0
        for conjuncts, function in zip(conditions, functions, strict=True):
            mask = undecided
            for holds in conjuncts(*values):
                mask = mask & holds
            undecided = undecided & ~mask
            for result, value in zip(results, function(*(value[mask] for value in values)), strict=True):
                result[mask] = value
        return results

    return evaluate


def javascript(
    name: str, arguments: Sequence[sympy.Symbol], expressions: Sequence[Expr], *, exact: bool = False
) -> str:
    """Source of a JavaScript function `name` of `arguments`, by arithmetic alone: it returns the value of one expression; of
    several it writes the values into its last argument, `out`.

    Horner form and common subexpressions as in `compile_arithmetic`. With `exact` the function takes and returns fractions of
    whole numbers, by the functions `sum`, `product`, `quotient`, `power` and `ratio` that its module must have in scope.
    ValueError for other free symbols, for what is no rational function, and for names that are not plain words.

    >>> x = sympy.Symbol("x")
    >>> print(javascript("f", [x], [x**2 / 3 + 1]))
    function f(x) {
      return (1 + (1/3)*x*x);
    }
    """
    words = [name, *map(str, arguments)]
    for word in words:
        if not (word.isascii() and word.isidentifier()):
            raise ValueError(f"name must be a plain word, got {word!r}")
    _check_symbols(arguments, expressions)
    temporaries = sympy.numbered_symbols("t_", exclude=arguments)
    shared, results = sympy.cse([_horner(e, arguments) for e in expressions], symbols=temporaries, order="none")
    write = _exactly if exact else _in_floats
    lines = [f"const {symbol} = {write(value)};" for symbol, value in shared]
    if len(results) == 1:
        lines.append(f"return {write(results[0])};")
    else:
        words.append("out")
        lines += [f"out[{k}] = {write(value)};" for k, value in enumerate(results)]
    return "\n  ".join([f"function {name}({', '.join(words[1:])}) {{", *lines]) + "\n}"


def _in_floats(expression: Expr) -> str:
    """JavaScript in floating-point numbers."""
    if expression.is_Symbol or expression.is_Integer:
        return f"({expression})" if expression.is_negative is True and expression.is_Integer else str(expression)
    if expression.is_Rational:
        return f"({expression.p}/{expression.q})"
    if expression.is_Add:
        return "(" + " + ".join(map(_in_floats, expression.args)) + ")"
    if expression.is_Pow and expression.exp.is_Integer and expression.exp > 0:
        return "*".join([_in_floats(expression.base)] * int(expression.exp))
    over, under = ("*".join(map(_in_floats, factors)) for factors in _fraction(expression))
    return f"{over or 1}/({under})" if under else over


def _exactly(expression: Expr) -> str:
    """JavaScript in fractions of whole numbers."""
    if expression.is_Symbol:
        return str(expression)
    if expression.is_Rational:
        return f"ratio({expression.p}n, {expression.q}n)"
    if expression.is_Add:
        return f"sum({', '.join(map(_exactly, expression.args))})"
    if expression.is_Pow and expression.exp.is_Integer and expression.exp > 0:
        return f"power({_exactly(expression.base)}, {expression.exp})"
    over, under = (f"product({', '.join(map(_exactly, factors))})" for factors in _fraction(expression))
    return f"quotient({over}, {under})" if under != "product()" else over


def _fraction(expression: Expr) -> tuple[list[Expr], list[Expr]]:
    """Factors of a product or a negative power: those above and those below the line."""
    above: list[Expr] = []
    below: list[Expr] = []
    for factor in sympy.Mul.make_args(expression):
        if not (factor.is_Rational or factor.is_Add or factor.is_Symbol or (factor.is_Pow and factor.exp.is_Integer)):
            raise ValueError(f"expression must be a rational function, got a factor {factor}")
        inverse = factor.is_Pow and factor.exp.is_negative
        (below if inverse else above).append(1 / factor if inverse else factor)
    return above, below


def _check_symbols(arguments: Sequence[sympy.Symbol], expressions: Sequence[Expr]) -> None:
    for expression in expressions:
        if stray := expression.free_symbols - set(arguments):
            raise ValueError(f"expression has symbols beyond its arguments: {sorted(map(str, stray))}")


def _horner(expression: Expr, arguments: Sequence[sympy.Symbol]) -> Expr:
    numerator, denominator = _over_one_line(expression)
    present = [argument for argument in arguments if argument in numerator.free_symbols]
    if not present or not numerator.is_polynomial(*present):
        return expression
    return _nested(dict(sympy.Poly(numerator, *present).terms()), present) / denominator


def _over_one_line(expression: Expr) -> tuple[Expr, Expr]:
    """Numerator and denominator: of a sum of monomials term by term, several times faster than by `sympy.together`."""
    terms = sympy.Add.make_args(expression)
    lowest: dict[Expr, Expr] = {}
    for base, power in (item for term in terms for item in term.as_powers_dict().items()):
        if not (base.is_Rational or (base.is_Symbol and power.is_Integer)):
            return tuple(sympy.fraction(sympy.together(expression)))
        if base.is_Symbol and power.is_negative:
            lowest[base] = min(lowest.get(base, power), power)
    denominator = sympy.Mul(*(base**-power for base, power in lowest.items()))
    return sympy.Add(*(term * denominator for term in terms)), denominator


def _nested(terms: Mapping[tuple[int, ...], Expr], variables: Sequence[sympy.Symbol]) -> Expr:
    """The Horner form of a polynomial from its exponents; `sympy.horner` is the same, several times slower."""
    if not variables:
        return terms[()]
    by_power: dict[int, dict[tuple[int, ...], Expr]] = {}
    for (power, *others), coefficient in terms.items():
        by_power.setdefault(power, {})[tuple(others)] = coefficient
    powers = sorted(by_power, reverse=True)
    result: Expr = sympy.Integer(0)
    for power, below in zip(powers, [*powers[1:], 0], strict=True):
        result = (result + _nested(by_power[power], variables[1:])) * variables[0] ** (power - below)
    return result


def _conjuncts(condition: sympy.Basic) -> list[sympy.Basic]:
    return list(condition.args) if isinstance(condition, sympy.And) else [condition]
