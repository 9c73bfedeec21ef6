"""Re-verify a certificate: Python integers and the standard library, nothing else.

`python -I verify/certificate.py FILE` (JSON, or that gzipped) prints the theorem that was checked and ends with 0, or with 1 for
a file that proves nothing. What a certificate must hold, and why that is a proof, is told kind by kind in `checkers`, the folder
beside this file, which needs no more than this file does.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zlib
from pathlib import Path
from types import ModuleType
from typing import Any

if (
    not __package__
):  # run by its path: this folder stands for the package, whose face loads what a checker must not need
    __package__ = "verify"
    alone = sys.modules[__package__] = ModuleType(__package__)
    alone.__path__ = [str(Path(__file__).parent)]

from .checkers import KINDS, Rejected

MOST_BYTES = 10_000_000


def verify(document: Any) -> str:
    """The theorem that a certificate proves, in one sentence. Raises Rejected, which is a ValueError.

    >>> from pathlib import Path
    >>> file = Path(__file__).parents[1] / "analytic" / "certificates" / "drop-s05-penalty000-above.json.gz"
    >>> verify(read(file.read_bytes()))[:52]
    'At s = 1/20, I = (1, 484483917/500000000), λ = 0 the'
    """
    try:
        if document.get("digest") != digest({key: value for key, value in document.items() if key != "digest"}):
            raise Rejected("the digest does not fit: the file was changed")
        return KINDS[document.get("kind", "smallest")](document)
    except Rejected:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise Rejected(
            f"document must be what a certificate holds, got another {type(document).__name__} ({error!r})"
        ) from None


def digest(body: Any) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def read(content: bytes) -> Any:
    """The JSON of a file, unpacked where it is gzipped, of `MOST_BYTES` at most."""
    if content.startswith(b"\x1f\x8b"):
        unpacking = zlib.decompressobj(wbits=31)
        content = unpacking.decompress(content, MOST_BYTES + 1)
        if len(content) <= MOST_BYTES and not unpacking.eof:
            raise Rejected("the gzipped file is cut short")
    if len(content) > MOST_BYTES:
        raise Rejected(f"more than {MOST_BYTES} bytes are no certificate")
    return json.loads(content)


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: certificate.py FILE", file=sys.stderr)
        return 2
    try:
        with open(arguments[0], "rb") as file:
            print(verify(read(file.read(MOST_BYTES + 1))))
    except OSError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, zlib.error) as error:
        print(f"rejected: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
