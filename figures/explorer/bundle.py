"""Plain modules of JavaScript as one script that needs no server: a browser loads no module from a file beside the page.

Each module becomes a function that is called once, in the order of their imports. They keep to a plain grammar: an import is
a line `import {a, b} from "./name.js";`, and what is exported is a declaration with `export` before it, or `export {a};`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from graphlib import TopologicalSorter

_IMPORT = re.compile(r'^import (\{[^}]*\}) from "[./\w]*?(\w+)\.js";$', re.MULTILINE)
_DECLARED = re.compile(r"^export (?=(?:const|class|(?:async )?function\*?) (\w+))", re.MULTILINE)
_LISTED = re.compile(r"^export \{([^}]*)\};$", re.MULTILINE)
_LEFT = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def bundle(modules: Mapping[str, str]) -> str:
    """One script from modules by name, without ".js". ValueError for an import or export outside the grammar above.

    >>> print(bundle({"one": 'export const a = 1;', "two": 'import {a} from "./one.js";\\nconsole.log(a);'}))
    "use strict";
    const $one = (() => {
    const a = 1;
    return {a};
    })();
    const $two = (() => {
    const {a} = $one;
    console.log(a);
    return {};
    })();
    """
    needs = {name: {found[2] for found in _IMPORT.finditer(text)} for name, text in modules.items()}
    for name, others in needs.items():
        if missing := others - set(modules):
            raise ValueError(f"module {name!r} imports what is not there: {', '.join(sorted(missing))}")
    return "\n".join(
        ['"use strict";', *(_wrapped(name, modules[name]) for name in TopologicalSorter(needs).static_order())]
    )


def _wrapped(name: str, text: str) -> str:
    shown = [found[1] for found in _DECLARED.finditer(text)]
    for found in _LISTED.finditer(text):
        shown += [word.strip() for word in found[1].split(",")]
    body = _LISTED.sub("", _DECLARED.sub("", _IMPORT.sub(r"const \1 = $\2;", text)))
    if left := _LEFT.search(body):
        raise ValueError(f"module {name!r} must keep to the plain grammar, got the line {left[0][:80]!r}")
    return f"const ${name} = (() => {{\n{body.rstrip()}\nreturn {{{', '.join(shown)}}};\n}})();"
