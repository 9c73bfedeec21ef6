"""Three features on one axis: `python -m verify.suites.axis_points [--out DIR]` certifies their least loss at 20 sparsities.

What is there already is kept. The package carries what this writes, in analytic/certificates.
"""

from __future__ import annotations

import json
import sys
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from numeric.running.command_line import loading, run_command

SPARSITIES = (
    *map(Fraction, (*range(10, 30, 5), 28, *range(30, 90, 5), 88, 90, 95)),
    *map(Fraction, ("28.7", "28.8", "87.9")),
)
"""In hundredths; the last three are next to where the number of features used changes."""
SECONDS = 1000

app = App(name="python -m verify.suites.axis_points", help="Certify the least loss of three features on one axis.")


@app.default
def axis_points(
    *,
    out: Path = Path("results/axis"),
    only: Annotated[tuple[Fraction, ...], Parameter(consume_multiple=True)] = SPARSITIES,
) -> int:
    """Certify each point and write axis.json and certificates into a folder: some half an hour of one core.

    Parameters
    ----------
    out
        The folder to write in.
    only
        Sparsities, in hundredths.
    """
    with loading():
        from numeric.running.files import output_folder, write_whole
    folder = output_folder(out)
    for k in only:
        path = folder / f"{named(k)}.json"
        if not path.exists():
            write_whole(path, json.dumps(solved(k, folder)).encode())
    rows = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("axis-s*.json"))}
    write_whole(folder / "axis.json", json.dumps(rows, indent=1).encode())
    return 0


def named(k: Fraction) -> str:
    return f"axis-s{float(k):g}".replace(".", "")


def solved(k: Fraction, folder: Path) -> dict[str, Any]:
    """What is known at k hundredths, ready for JSON; the certificate goes into the folder."""
    import gzip

    from analytic.one_axis import AxisCertified, certify_axis
    from numeric.running.files import write_whole

    found = certify_axis(3, k / 100, budget=SECONDS)
    row: dict[str, Any] = {"sparsity": str(found.sparsity)}
    if not isinstance(found, AxisCertified):
        return {**row, "not certified": found.left}
    content = gzip.compress(json.dumps(found.certificate).encode(), 9, mtime=0)
    write_whole(folder / f"{named(k)}.json.gz", content)
    return {
        **row,
        "lower": str(found.loss_lower),
        "upper": str(found.loss_upper),
        "ratios": [[*map(str, ends)] for ends in found.ratios],
        "used": found.used,
        "dropped": str(found.dropped),
    }


if __name__ == "__main__":
    sys.exit(run_command(app))
