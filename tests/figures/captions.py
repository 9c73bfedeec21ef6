"""What every caption must be, whatever the numbers."""

import re

from figures.motifs.caption import Caption

MOST = 520
"""Characters of the three sentences together: a caption is read, what else there is to know is looked up below it."""
_END = re.compile(r"[.!?](?=[\s”)]|$)")


def is_one_sentence(text: str) -> bool:
    return _END.findall(text) == ["."] and text.endswith(".") and text == text.strip()


def checked(caption: Caption) -> str:
    """All that it says, sentences and facts, after a look at both."""
    for sentence in (caption.seen, caption.exact, caption.follows):
        assert is_one_sentence(sentence), sentence
    assert len(str(caption)) <= MOST
    for what, value in caption.facts:
        assert what
        assert value
    text = "; ".join((str(caption), *(f"{what}: {value}" for what, value in caption.facts)))
    assert re.search(r"\bnan\b", text) is None
    return text
