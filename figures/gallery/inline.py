"""A drawing made ready to stand inside a page: no name that another drawing has, no rule that reaches beyond it, nothing that
runs or loads.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from xml.etree import ElementTree

_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_URL = re.compile(r"url\(#([^)]+)\)")
# What matplotlib draws with; a results folder may come from someone else, and a page runs what stands in it.
_DRAWN = "svg g defs use path rect circle ellipse line polyline polygon image clipPath text tspan pattern"
_PLACED = (
    "id d points x y x1 x2 y1 y2 cx cy r rx ry dx dy width height viewBox transform clipPathUnits patternUnits "
    "patternTransform"
)
_ELEMENTS = frozenset(_SVG + name for name in _DRAWN.split())
_GEOMETRY = frozenset(_PLACED.split())
_STYLES = re.compile(r"(fill|stroke|opacity|font|text|clip)(-[a-z]+)*")
_VALUE = re.compile(
    r"""([\w\s.,%#'"+-]|url\(#[\w.-]+\)|(rgba?|translate|scale|rotate|skewX|skewY|matrix)\([\d\s.,%e+-]*\))*"""
)
_PIXELS = re.compile(r"data:image/(png|jpeg);base64,[A-Za-z0-9+/=\s]*")
# What matplotlib says to all elements of the page in a style sheet, said to its own drawing alone.
_LINES = "stroke-linejoin:round;stroke-linecap:butt"


class Inline(NamedTuple):
    """`width`: in points, as drawn. `least`, `most`: between which widths, in CSS pixels, its text is readable."""

    name: str
    markup: str
    width: float

    @property
    def least(self) -> int:
        """Narrower than a CSS pixel for each point, letters of 8 points cannot be read."""
        return round(self.width)

    @property
    def most(self) -> int:
        """Wider than drawn nothing is gained."""
        return round(self.width * 4 / 3)


def inline(svg: bytes, name: str, label: str) -> Inline:
    """SVG for use inside HTML, with `label` as its alternative text and the element `NAME-caption` as its description.

    Every id that is referred to gets the prefix `NAME-`; the others, metadata and style sheets are dropped, and all elements,
    attributes and styles that matplotlib has no use for: scripts, handlers, links, what lies elsewhere. ValueError for what is
    no SVG with a `viewBox`.
    """
    try:
        root = ElementTree.fromstring(svg)
    except ElementTree.ParseError as error:
        raise ValueError(f"drawing of {name!r} must be SVG, got what cannot be parsed ({error})") from None
    if root.tag != f"{_SVG}svg" or "viewBox" not in root.attrib:
        raise ValueError(f"drawing of {name!r} must be SVG with a viewBox, got a {root.tag!r}")
    for parent in root.iter():
        for child in [child for child in parent if child.tag not in _ELEMENTS]:
            parent.remove(child)
        parent.attrib = dict(filter(None, (_allowed(parent, *entry) for entry in parent.attrib.items())))
    used = {reference for element in root.iter() for reference in _references(element)}
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        _rename(element, name, used)
    width = float(root.attrib["viewBox"].split()[2])
    root.attrib = {
        "viewBox": root.attrib["viewBox"],
        "style": _LINES,
        "role": "img",
        "aria-label": label,
        "aria-describedby": f"{name}-caption",
    }
    try:
        return Inline(name, ElementTree.tostring(root, encoding="unicode"), width)
    except RecursionError:
        raise ValueError(f"drawing of {name!r} must be SVG, got one nested too deep") from None


def _allowed(element: ElementTree.Element, key: str, value: str) -> tuple[str, str] | None:
    """An attribute as it may stand in a page, or None."""
    if key == "style":
        declarations = (part.partition(":") for part in value.split(";"))
        if all(
            _STYLES.fullmatch(name.strip()) and _VALUE.fullmatch(of) for name, _, of in declarations if name.strip()
        ):
            return key, value
        return None
    if key in (_HREF, "href"):
        pixels = element.tag == f"{_SVG}image" and _PIXELS.fullmatch(value)
        return (key, value) if value.startswith("#") or pixels else None
    known = key in _GEOMETRY or _STYLES.fullmatch(key)
    return (key, value) if known and (key == "id" or _VALUE.fullmatch(value)) else None


def _references(element: ElementTree.Element) -> set[str]:
    found = {match for value in element.attrib.values() for match in _URL.findall(value)}
    return found | {target[1:] for target in (element.get(_HREF), element.get("href")) if target and target[0] == "#"}


def _rename(element: ElementTree.Element, name: str, used: set[str]) -> None:
    attributes = {}
    for key, value in element.attrib.items():
        if key == "id":
            if value in used:
                attributes[key] = f"{name}-{value}"
        elif key in (_HREF, "href"):
            attributes["href"] = f"#{name}-{value[1:]}" if value.startswith("#") else value
        else:
            attributes[key] = _URL.sub(rf"url(#{name}-\1)", value)
    element.attrib = attributes
