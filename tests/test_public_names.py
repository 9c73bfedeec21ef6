"""The names that others rely on stay importable from where the design and the README say they are."""

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NAMES = {
    "analytic": "CHAMBERS CriticalPoint PhaseTransition SmallestModel phase_boundary phase_curve phase_diagram "
    "phase_transitions",
    "analytic.capacity": "QuadraticModel",
    "analytic.law": "Anticorrelated Correlated Independent Law OneHot",
    "analytic.learning_coefficient": "FreeEnergy LearningCoefficient Point free_energy learning_coefficient phases pitchfork "
    "switches",
    "analytic.loss": "Enclosure Weights enclose_loss expected_loss loss_by_active sparse_limit",
    "analytic.memorised": "memorised",
    "analytic.n2m1": "Certified CriticalPoint NotCertified SmallestModel certify",
    "analytic.one_axis": "certify_axis conjectured_cost cost_bounds counterexample three_on_an_axis",
    "analytic.one_sparse": "KGon Potential bridge polygons",
    "analytic.polytopes": "polytope",
    "analytic.thomson": "thomson",
    "analytic.winners": "Reign Winner winner_at winners",
    "figures": "NAMES REPORT TOPICS Drawn Task check_names made_beside make save seconds title",
    "numeric.atlas": "AtlasEntry atlas",
    "numeric.geometry": "Component Geometry describe",
    "numeric.law": "Anticorrelated Correlated Law OneHot",
    "numeric.learning_coefficient": "STANDARD Estimate Target benchmark finite_temperature ladder laplace mala rays sgld "
    "sgld_step_bias",
    "numeric.learning_coefficient.phases": "Posterior phase_levels posterior staircase",
    "numeric.line_packing": "least_coherence",
    "numeric.memorise": "Memorisation MemoriseConfig train_on_samples",
    "numeric.metrics": "capacity dimensions_per_feature feature_dimensionality feature_norms superposition",
    "numeric.minimise": "Minimum Solution minimise minimise_loss",
    "numeric.population": "ACCURACY expected_loss feature_losses hessian hessian_vector_product value_and_gradient",
    "numeric.running.arrays": "read_arrays write_arrays",
    "numeric.running.files": "write_whole",
    "numeric.running.processes": "pool processors",
    "numeric.solution": "Minimum Solution",
    "numeric.sweep": "Shard Sweep collect run_sweep save",
    "numeric.thomson": "solve",
    "numeric.train": "TrainConfig Training check_device train",
}


@pytest.mark.parametrize("module", NAMES)
def test_names_relied_on(module: str) -> None:
    assert [name for name in NAMES[module].split() if not hasattr(import_module(module), name)] == []


@pytest.mark.parametrize("text", ["README.md", "CONTRIBUTING.md", "figures/pages/examples.md"])
def test_dotted_names_of_the_texts(text: str) -> None:
    """Of a module, or of something in it."""
    dotted = set(re.findall(r"`((?:analytic|numeric|figures|verify)(?:\.\w+)+)`", (ROOT / text).read_text()))
    assert dotted
    for name in dotted:
        module, _, last = name.rpartition(".")
        assert hasattr(import_module(module), last) or import_module(name), name


@pytest.mark.processes
def test_figures_compute_on_one_thread() -> None:
    """Set before torch loads: threads that wait for each other cost a factor of forty on arrays as small as these."""
    code = "import figures, torch; print(torch.get_num_threads())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={}, capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"
