"""What all pages share: one style sheet, one way to fill a template, formulas that a browser shows."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

if TYPE_CHECKING:
    from sympy import Expr


def render(template: str, **values: Any) -> bytes:
    """A page from a Jinja template, in which `style` is the shared sheet and "figure.html" may be imported. Values are escaped, a
    missing one is an error.
    """
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, loader=FunctionLoader(_shared)
    )
    return environment.from_string(template).render(style=Markup(_shared("page.css")), **values).encode()


def _shared(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def mathml(expression: Expr, *, block: bool = False) -> str:
    """Presentation MathML that a browser shows."""
    import sympy

    body = sympy.mathml(expression, printer="presentation")
    display = ' display="block"' if block else ""
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML"{display}>{body}</math>'
