"""The smallest settings of the atlas: `python -m verify.suites.atlas_proofs [--out DIR]` certifies their least losses.

What is there already is kept. The package carries what this writes, in analytic/certificates; those of polygons and of three
features on one axis are made elsewhere.
"""

from __future__ import annotations

import sys
from pathlib import Path

from cyclopts import App

from numeric.running.command_line import loading, run_command

app = App(name="python -m verify.suites.atlas_proofs", help="Certify the least losses of two features on one axis.")


@app.default
def atlas_proofs(*, out: Path = Path("results/atlas/certificates")) -> int:
    """Certify each setting of the atlas with n = 2, m = 1, s > 0 and write certificates into a folder: half a minute.

    Parameters
    ----------
    out
        The folder to write in.
    """
    with loading():
        from analytic.n2m1.bias import Certified, certify
        from numeric.atlas import settings
        from numeric.running.files import output_folder, write_whole

        from .atlas_exact import decimal, importances, proof_of
        from .phase_boundaries import compressed
    folder = output_folder(out)
    for setting in settings(n=2, m=1, one_hot=False):
        proof = proof_of(setting)
        if proof is None or (folder / proof.file).exists():
            continue
        one, other = importances(setting)
        found = certify(decimal(setting.sparsity or 0), (one, other))
        if not isinstance(found, Certified):
            raise ArithmeticError(f"the proof did not close for {setting.name}")
        write_whole(folder / proof.file, compressed(found))
    return 0


if __name__ == "__main__":
    sys.exit(run_command(app))
