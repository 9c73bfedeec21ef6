"""Every caption is three sentences: read from the code, so that none has to be computed; with numbers they are read where these
are tested.
"""

import ast
from importlib.util import find_spec
from pathlib import Path

import pytest
from captions import is_one_sentence

import figures
from figures.catalogue import module_of


def _text(node: ast.expr) -> str:
    """A string as it stands in the code, with 1 for what is filled in."""
    if isinstance(node, ast.JoinedStr):
        return "".join(map(_text, node.values))
    return str(node.value) if isinstance(node, ast.Constant) else "1"


@pytest.mark.parametrize("name", figures.NAMES)
def test_a_caption_is_what_one_sees_what_is_exact_and_what_follows(name: str) -> None:
    spec = find_spec(module_of(name))
    assert spec is not None
    assert spec.origin is not None
    tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
    (caption,) = (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "caption")
    (returned,) = (node.value for node in ast.walk(caption) if isinstance(node, ast.Return) and node in caption.body)
    assert isinstance(returned, ast.Call)
    assert isinstance(returned.func, ast.Name)
    assert returned.func.id == "Caption"
    *sentences, _ = returned.args
    assert len(sentences) == 3
    for sentence in map(_text, sentences):
        assert is_one_sentence(sentence), sentence


@pytest.mark.parametrize(
    ("text", "one"),
    [
        ("K is 0.5 at s = 1/2.", True),
        ("Published is “sticky.” Here it is not.", False),
        ("One. Two.", False),
        ("One", False),
        ("", False),
        ("Is it so?", False),
    ],
)
def test_what_counts_as_one_sentence(text: str, one: bool) -> None:
    assert is_one_sentence(text) is one
