"""What users call of `figures` and `verify` against the table of hostile arguments."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib
import pytest
from hostile_arguments import Call, call, right, share
from matplotlib import pyplot

import figures
from analytic.n2m1 import certify
from figures.of_results import plot
from verify.certificate import verify
from verify.check import Claim, Outcome, run


class Known(NamedTuple):
    function: Callable[..., Any]
    valid: Call


CLAIM = Claim(
    "one", "1 = 1", lambda progress: Outcome(exact="1", independent="1", deviation=0.0, tolerance=0.0, reason="exact")
)
NOTHING = figures.Drawn("nothing", "Nothing", "", b"", b"")


def _nothing(*_: Any) -> None:
    pass


KNOWN = {
    "figures.check_names": Known(figures.check_names, call(names=["landscape"])),
    "figures.title": Known(figures.title, call(name="landscape")),
    "figures.seconds": Known(figures.seconds, call(name="landscape", full=False)),
    "figures.resumes": Known(figures.resumes, call(name="landscape")),
    "figures.make": Known(figures.make, call(name="bases", full=False, device="cpu", progress=_nothing)),
    "figures.save": Known(figures.save, call(drawn=NOTHING, folder="made")),
    "antipodal.plot": Known(plot, call(result=[[1.0, -0.5], [0.0, 2.0]])),
    "verify.check.run": Known(run, call(claims=[CLAIM], progress=_nothing)),
    "verify.certificate.verify": Known(verify, call(document=dict(certify("9/10", (1, "1/2")).certificate))),
}
SHARE = share(4)


@pytest.fixture(autouse=True)
def _no_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    matplotlib.use("Agg")
    yield
    pyplot.close("all")


@pytest.mark.fuzz
@pytest.mark.filterwarnings("ignore::numeric.arguments.TransposedWarning")
@pytest.mark.parametrize("name", KNOWN)
def test_hostile_arguments_are_taken_rightly_or_refused_in_a_sentence(name: str) -> None:
    right(name, KNOWN[name].function, KNOWN[name].valid, SHARE, list(KNOWN).index(name))
