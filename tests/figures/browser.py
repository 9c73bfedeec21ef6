"""A page as Chromium shows it, for what only a browser knows: where a box ends, what is cut, which colour is seen."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
_LOOK = """
<script>
addEventListener("load", () => parent.postMessage(JSON.stringify((() => {looked})()), "*"));
</script>
"""
# A browser's window has a least width; a frame has none.
_FRAME = """<!doctype html><meta charset="utf-8"><pre id="said"></pre>
<script>addEventListener("message", message => {{ document.getElementById("said").textContent = message.data; }});</script>
<iframe src="page.html" style="width: {width}px; height: 900px; border: 0"></iframe>
"""
_QUIET = "no-first-run disable-background-networking disable-component-update disable-sync disable-quic"


def look(page: str, looked: str, width: int, folder: Path, *, dark: bool = False) -> Any:
    """What `looked`, the body of a function of JavaScript, returns when the page stands in a frame of `width` pixels. The browser
    must have nothing to complain of.
    """
    (folder / "page.html").write_text(page.replace("</body>", _LOOK.replace("looked", looked) + "</body>"))
    frame = folder / "frame.html"
    frame.write_text(_FRAME.format(width=width))
    assert CHROMIUM is not None
    done = subprocess.run(
        [
            CHROMIUM,
            *("--headless", "--no-sandbox", "--disable-gpu", *(f"--{option}" for option in _QUIET.split())),
            f"--user-data-dir={folder / 'profile'}",
            "--window-size=1400,1000",
            f"--blink-settings=preferredColorScheme={0 if dark else 1}",
            *("--enable-logging=stderr", "--v=0", "--dump-dom", frame.as_uri()),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert [line for line in done.stderr.splitlines() if "CONSOLE" in line] == []
    found = re.search(r'<pre id="said">(.*?)</pre>', done.stdout)
    assert found is not None
    return json.loads(found[1])
