"""Every public function of `numeric` against the table of hostile arguments."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from hostile_arguments import call, known, of, public, right, share
from xarray import Dataset

import numeric
from numeric.capacity import three_values
from numeric.dynamics import FlowEnds, Trajectory, sketched_loss
from numeric.law import Correlated, ExactlyActive, Magnitude
from numeric.learning_coefficient import ESTIMATORS, STANDARD, monomials, polygon_target
from numeric.memorise import MemoriseConfig, train_on_samples
from numeric.model import ToyModel, UntiedModel
from numeric.sample import Points
from numeric.sweep.grid import Sweep
from numeric.sweep.sweeping import run_sweep
from numeric.train import Constant, Snapshot, TrainConfig, train
from numeric.train.recording import biases, dimensionality, norms, population_loss, sampled_loss, weights

SINGULAR = monomials((2, 2), (0, 2))
PAIR = 0.9084003365582202, 0.17306216993866447

# Reached only through functions that have read their arguments: kernels, on tensors and settings that have been checked.
INSIDE = (
    "numeric.learning_coefficient.board.Table",
    "numeric.learning_coefficient.board.hessian_rank",
    "numeric.learning_coefficient.adapters.ExactLoss",
    "numeric.learning_coefficient.adapters.ExactModel.forward",
    "numeric.learning_coefficient.adapters.devinterp_2",
    "numeric.learning_coefficient.adapters.devinterp_sgld",
    "numeric.learning_coefficient.one_hot_kernel",
    "numeric.learning_coefficient.target.Target",
    "numeric.learning_coefficient.singular.monomials",  # of any number of terms
    "numeric.learning_coefficient.target.rotation",
    "numeric.learning_coefficient.tempering.climb",
    "numeric.learning_coefficient.cloud",
    "numeric.minimise.newton",
    "numeric.learning_coefficient.resumed",
    "numeric.learning_coefficient.walk",
    "numeric.population.tiny",
    "numeric.learning_coefficient.models.one_hot_loss",
    "numeric.learning_coefficient.phases.particles.fall",
    "numeric.learning_coefficient.phases.particles.label",
    "numeric.learning_coefficient.phases.particles.Posterior",
    "numeric.learning_coefficient.phases.stairs.Staircase",
    "numeric.learning_coefficient.remake",
    "numeric.printed",
    "numeric.sample.active_entries",
    "numeric.arguments",
    "numeric.geometry.assignment",
    "numeric.minimise.descent",
    "numeric.minimise.kinked",
    "numeric.population.kink_slopes.ConvexKinks",
    "numeric.population.kink_slopes.convex_kinks",
    "numeric.minimise.packing",
    "numeric.minimise.problem",
    "numeric.minimise.quasi_newton.by_autograd",
    "numeric.train.block",
    "numeric.geometry.catalogue",
    "numeric.train.checkpoint",
    "numeric.train.config.TrainConfig.product",  # any settings, which the class reads
    "numeric.train.rows",
    "numeric.train.description.describe",
    "numeric.sample.draw_kernels",
    "numeric.train.exact_gradient",
    "numeric.train.gradient",
    "numeric.line_packing.largest_cosine",
    "numeric.law.counting",
    "numeric.law.generating",
    "numeric.law.groups.Groups",
    "numeric.law.groups.variance",
    "numeric.law.laws.given_law",
    "numeric.law.laws.group_row",
    "numeric.law.laws.is_grouped",
    "numeric.law.laws.parents",
    "numeric.law.magnitude.sequence",
    "numeric.law.laws.Anticorrelated",  # these three are read where they are used
    "numeric.law.laws.Correlated",
    "numeric.law.laws.Independent",
    "numeric.law.magnitude.Magnitude.mixture",  # pairs, one after the other: tests/numeric/test_law.py
    "numeric.law.magnitude.a_magnitude",
    "numeric.law.magnitude.magnitude_or_row",
    "numeric.metrics.apply",
    "numeric.metrics.polar",
    "numeric.model.networks.Family",
    "numeric.model.networks.forward",
    "numeric.sample.nonempty",
    "numeric.solution.changes_of_basis",
    "numeric.solution.grouped",
    "numeric.solution.merged",
    "numeric.solution.rotations",
    "numeric.train.optimiser.Adam.start",
    "numeric.train.optimiser.AdamW.start",
    "numeric.train.optimiser.Optimiser",
    "numeric.train.optimiser.SGD.start",
    "numeric.train.optimiser.State",
    "numeric.thomson.pair_energy.Energy",
    "numeric.thomson.pair_energy.Interference",
    "numeric.thomson.pair_energy.Logarithmic",
    "numeric.thomson.pair_energy.Riesz.between",
    "numeric.thomson.pair_energy.Riesz.curvature",
    "numeric.thomson.pair_energy.Riesz.pair",
    "numeric.thomson.pair_energy.energy_of",
    "numeric.sample.pcg",
    "numeric.geometry.polytope_names",
    "numeric.geometry.polytope_vertices",
    *(
        f"numeric.population.{kernel}"
        for kernel in (
            "boxes",
            "cube",
            "derivatives",
            "dominant",
            "small_entries",
            "face_kernel",
            "faces",
            "factors",
            "few_active",
            "few_kernel",
            "few_means",
            "any_law.curvature",
            "any_law.rows",
            "general",
            "graded",
            "law_lines",
            "law_moments",
            "line_block",
            "line_groups",
            "line_kernel",
            "line_rows",
            "lines",
            "model_hessian",
            "models",
            "moments",
            "nodes",
            "plan_bounds",
            "plan_kernel",
            "row_values",
            "few_features",
            "given",
            "small",
            "transform",
            "vertex_hessian_kernel",
            "vertex_kernel",
            "vertices",
        )
    ),
    "numeric.train.recording.read_snapshot",
    "numeric.train.replay",
    "numeric.train.run",
    "numeric.running",
    "numeric.sample.dense.Chosen",
    "numeric.sample.dense.Grouped",
    "numeric.sample.dense.Independent",
    "numeric.sample.dense.Sampler",
    "numeric.sample.dense.positive_part",
    "numeric.sample.structured",
    "numeric.train.source.sampler",
    "numeric.memorise.sample_loss",
    "numeric.atlas.building",
    "numeric.atlas.candidates",
    "numeric.atlas.check",
    "numeric.atlas.entry",
    "numeric.atlas.form",
    "numeric.atlas.lookup.polished_at",
    "numeric.atlas.merging",
    "numeric.atlas.search",
    "numeric.atlas.setting",
    "numeric.atlas.table",
    "numeric.minimise.ends",
    "numeric.sample.finite_set.check_size",
    "numeric.train.sparse_gradient",
    "numeric.thomson.descent",
    "numeric.thomson.sphere_energy.Objective",
    "numeric.thomson.sphere_energy.scaled",
    "numeric.thomson.sphere_energy.tangent_bases",
    "numeric.train.step_kernels",
    "numeric.sample.stream",
    "numeric.running.cluster",
    "numeric.sweep.command",  # Cyclopts reads its arguments
    "numeric.sweep.shard",
    "numeric.sweep.store",
)
W, b = [[1.0, -0.5, 0.25], [0.0, 2.0, 3.0]], [0.0, 0.5, 1.0]
SQUARE = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]]
CONFIG = TrainConfig(
    n_features=2,
    n_hidden=1,
    seeds=(0,),
    sparsity=(0.5,),
    steps=2,
    batch_size=16,
    schedule=Constant(),
    learning_rate=1e-3,
)
MEMORISE = MemoriseConfig(points=(2,), n_features=4, n_hidden=2, sparsity=0.5, steps=2, warm_up=1, test_samples=4)
SWEEP = Sweep(settings={"n_features": 2, "n_hidden": 1, "steps": 2}, axes={"sparsity": [0.5]}, seeds=[0])
EXECUTOR = ThreadPoolExecutor(1)
TRAJECTORY = Trajectory((1, 2, 4), np.ones((3, 1, 2)), np.zeros((3, 2)), np.ones(3))
SNAPSHOT = Snapshot(
    step=0, models=(0,), config=CONFIG, W=torch.tensor([[[1.0, -0.5]]]).double(), V=None, b=torch.zeros(1, 2).double()
)
INDEPENDENT = {"sparsity": [0.5] * 3, "importance": [1.0] * 3}
STACK = {"config": CONFIG, "W": [[[1.0, -0.5]]], "b": [[0.0, 0.5]]}
# nan is the loss of a model that is not finite, or too large.
DIVERGED = ("nan inside", "inf inside", "an overflow", "a large square")
VALUES = {"values": [1.0, 0.5], "law": three_values(6)}


def waves(x: np.ndarray) -> tuple[float, np.ndarray]:
    return float(np.cos(x).sum()), -np.sin(x)


def bowl(x: torch.Tensor, places: torch.Tensor | None = None) -> tuple[torch.Tensor, torch.Tensor]:
    return (x**2).sum(1), 2 * x


VALID = {
    "numeric.learning_coefficient.adapters.ExactModel": call(target=SINGULAR),
    "numeric.learning_coefficient.adapters.devinterp_1": call(target=SINGULAR),
    "numeric.learning_coefficient.at_temperature.finite_temperature": call(
        target=SINGULAR, n=500, gamma=0.1, samples=1000, seed=0
    ),
    "numeric.learning_coefficient.board.benchmark": call(
        estimator=ESTIMATORS["Laplace"], targets=STANDARD[:1], n=5000, seeds=1
    ),
    "numeric.learning_coefficient.chains.mala": call(
        target=SINGULAR, n=500, gamma=0.1, step=1e-3, chains=20, steps=200
    ),
    "numeric.learning_coefficient.chains.sgld": call(
        target=SINGULAR, n=500, gamma=0.1, step=1e-3, chains=20, steps=200
    ),
    "numeric.learning_coefficient.chains.sgld_step_bias": call(spectrum=[1.0, 0.5], tau=100.0, gamma=0.1, step=1e-3),
    "numeric.learning_coefficient.importance.laplace": call(
        target=polygon_target(5), tau=1e4, samples=100, seed=0
    )._replace(without=("2.5",)),
    "numeric.learning_coefficient.importance.local_free_energy": call(
        target=polygon_target(5), n=10_000, samples=1000, seed=0
    ),
    "numeric.learning_coefficient.phases.particles.phase_levels": call(c=5),
    "numeric.learning_coefficient.phases.particles.posterior": call(c=4, n=[30], particles=20, runs=2, moves=1, seed=0),
    "numeric.learning_coefficient.phases.stairs.staircase": call(
        c=5, n=1000, plus=1, chains=2, steps=4, looks=2, rate=0.1, batch=2, start=0.1, seed=0
    ),
    "numeric.learning_coefficient.models.empirical_target": call(target=polygon_target(5), features=5, n=100, seed=0),
    "numeric.learning_coefficient.models.one_hot_target": call(W=[[1.0, -1.0]], b=[0.0, 0.0], flat=[], window=0.3),
    "numeric.learning_coefficient.models.penalised_target": call(
        W=[[0.6488856845230502] * 2], sparsity=0.5, penalty=0.0859375, window=0.3
    ),
    "numeric.learning_coefficient.models.population_target": call(
        W=[[PAIR[0], -PAIR[0]]], b=[PAIR[1]] * 2, sparsity=0.43, window=0.3
    ),
    "numeric.learning_coefficient.radii.rays": call(target=SINGULAR, epsilon=1e-6, directions=100, seed=0)._replace(
        without=("2.5",)
    ),
    "numeric.learning_coefficient.singular.one_factor": call(p=3),
    "numeric.learning_coefficient.singular.reduced_rank": call(M=2, H=1, N=2, rank=0),
    "numeric.learning_coefficient.singular.reduced_rank_coefficient": call(M=2, H=1, N=2, rank=0),
    "numeric.learning_coefficient.standard.Benchmark.at": of(STANDARD[0], n=5000),
    "numeric.learning_coefficient.standard.polygon_target": call(k=5, minus=0, plus=0),
    "numeric.learning_coefficient.target.check_tau": call(tau=10.0),
    "numeric.learning_coefficient.target.temperature": call(n=100),
    "numeric.learning_coefficient.tempering.ladder": call(
        target=SINGULAR, tau=[1.0, 1e4], particles=50, moves=2, seed=0, multiplicity=1
    ),
    "numeric.train.config.TrainConfig": call(
        n_features=2,
        n_hidden=1,
        seeds=[0, 1],
        sparsity=[0.5, 0.25],
        importance=[[1.0, 2.0], [2.0, 1.0]],
        learning_rate=[0.1, 0.2],
    ),
    "numeric.train.config.TrainConfig.of": of(CONFIG, models=[0]),
    "numeric.dynamics.ends.FlowEnds.error": of(FlowEnds(10, 0.5, 0.5, 0.0), share=0.5),
    "numeric.dynamics.ends.flow_ends": call(
        sparsity=0.5, importance=(1.0, 1.0), scale=1.0, bias=False, models=1, seed=0
    ),
    "numeric.dynamics.trajectory.Trajectory.geometry": of(TRAJECTORY, step=1, tolerance=0.05),
    "numeric.dynamics.trajectory.Trajectory.jumps": of(TRAJECTORY, band=0.05, factor=1.25),
    "numeric.dynamics.trajectory.Trajectory.loss_plateaus": of(TRAJECTORY, band=0.05, factor=1.25),
    "numeric.dynamics.trajectory.correlated_triples": call(seeds=[0]),
    "numeric.dynamics.trajectory.digons": call(seeds=[0]),
    "numeric.dynamics.trajectory.follow": call(config=CONFIG, count=2),
    "numeric.dynamics.trajectory.loss_transitions": call(seeds=[0]),
    "numeric.dynamics.trajectory.noise_free": call(config=CONFIG, ends=[TRAJECTORY]),
    "numeric.memorise.config.MemoriseConfig": call(
        points=[2], seeds=[0], weight_decay=[0.01], n_features=4, importance=[1.0] * 4
    ),
    "numeric.memorise.config.MemoriseConfig.fresh_samples": of(MEMORISE, step=0),
    "numeric.memorise.config.MemoriseConfig.samples": of(MEMORISE, points=2),
    "numeric.atlas.lookup.atlas": call(n=3, m=2, sparsity=0.9, importance=[1.0] * 3)._replace(
        without=("a law of numeric",)
    ),
    "numeric.geometry.naming.describe": call(W=W, b=b, tolerance=0.05),
    "numeric.sweep.grid.Sweep": call(
        settings={"n_features": 2, "n_hidden": 1}, axes={"sparsity": [0.5]}, seeds=[0], models_per_shard=4
    ),
    "numeric.sweep.grid.Sweep.labels": of(SWEEP, name="sparsity"),
    "numeric.capacity.grid_allocation.best_on_grid": call(gains=[[0.0, 1.0], [0.0, 2.0]], budget=1),
    "numeric.capacity.grid_allocation.bit_by_bit": call(gains=[[0.0, 1.0], [0.0, 2.0]], budget=1),
    "numeric.capacity.held_capacity.held_loss": call(
        capacity=0.25, sign=-1, sparsity=[0.5, 0.5], importance=[1.0, 1.0]
    ),
    "numeric.memorise.hidden_vectors.example_dimensionality": call(W=W, X=[[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]),
    "numeric.geometry.hull.edges": call(points=SQUARE, coplanar=1e-7),
    "numeric.geometry.hull.faces": call(points=SQUARE, coplanar=1e-7),
    "numeric.train.judgement.best_of_seeds": call(config=CONFIG, loss=[1.0])._replace(without=DIVERGED),
    "numeric.train.judgement.has_population_loss": call(config=CONFIG),
    "numeric.train.judgement.judge": call(**STACK, V=None)._replace(without=DIVERGED),
    "numeric.train.judgement.population_loss": call(**STACK)._replace(without=DIVERGED),
    "numeric.train.judgement.sampled_loss": call(**STACK, V=None, samples=9)._replace(without=DIVERGED),
    "numeric.law.groups.grouped": call(law=None, sparsity=[0.5, 0.5], n=2)._replace(without=("a law of numeric",)),
    "numeric.line_packing.lines.chance_of_cosine_above": call(epsilon=0.5, m=3),
    "numeric.law.groups.partition": call(law=Correlated([[0, 1]], 0.5), n=2),
    "numeric.law.laws.ExactlyActive": call(k=1, magnitude=Magnitude.binary()),
    "numeric.law.laws.OneHot": call(magnitude=Magnitude.binary()),
    "numeric.law.laws.Product": call(groups=[[0, 1]], laws=ExactlyActive(1)),
    "numeric.law.laws.Tree": call(edges=[[0, 1]], probabilities=[0.5, 0.25]),
    "numeric.law.magnitude.Magnitude": call(parts=((1.0, 0.0, 1.0),)),
    "numeric.law.magnitude.Magnitude.binary": call(value=2.0),
    "numeric.law.magnitude.Magnitude.exponential": call(rate=2.0),
    "numeric.law.magnitude.Magnitude.uniform": call(low=-0.5, high=1.0),
    "numeric.population.kink_slopes.kinks": call(W=W, b=b, law=ExactlyActive(1, magnitude=Magnitude.binary())),
    "numeric.population.kink_slopes.one_sided_slope": call(W=W, b=b, along_W=W, along_b=b, sparsity=0.5)._replace(
        without=("a law of numeric",)
    ),
    "numeric.population.any_law.takes_law": call(law=ExactlyActive(1), n=2),
    "numeric.line_packing.lines.least_coherence": call(n=3, m=2, starts=1, seed=0, enough=0.0),
    "numeric.line_packing.lines.lower_bound": call(n=3, m=2),
    "numeric.minimise.network_map.minimise_map": call(m=1, density=[0.5], importance=[[1.0, 0.5]], starts=1),
    "numeric.minimise.network.minimise_loss": call(
        n=2, m=1, sparsity=0.5, starts=1, tied=False, output="relu", target="absolute"
    )._replace(without=("a law of numeric",)),
    "numeric.minimise.any_function.minimise": call(function=waves, starts=[[1.0, 2.0]]),
    "numeric.line_packing.codes.least_cosine": call(n=5, m=3, starts=1),
    "numeric.line_packing.lines.random_directions": call(epsilon=0.5, m=3),
    "numeric.line_packing.lines.welch_bound": call(n=3, m=2),
    "numeric.memorise.training.Memorisation.hidden": of(train_on_samples(MEMORISE), model=0),
    "numeric.memorise.training.Memorisation.samples": of(train_on_samples(MEMORISE), model=0),
    "numeric.memorise.training.regime": call(features=[0.5, 0.5], examples=[0.5, 0.5], n_hidden=2),
    "numeric.memorise.training.train_on_samples": call(config=MEMORISE),
    "numeric.metrics.capacity": call(W=W),
    "numeric.metrics.coherence": call(W=W),
    "numeric.metrics.dimensions_per_feature": call(W=W),
    "numeric.metrics.feature_dimensionality": call(W=W),
    "numeric.metrics.feature_norms": call(W=W),
    "numeric.metrics.frobenius_count": call(W=W),
    "numeric.metrics.gram_is_singular": call(W=W, tolerance=1e-9),
    "numeric.metrics.in_superposition": call(W=W, tolerance=1e-9, negligible=0.1),
    "numeric.metrics.numerical_rank": call(W=W, tolerance=1e-9),
    "numeric.metrics.superposition": call(W=W),
    "numeric.model.networks.ToyModel": call(n_features=2, n_hidden=1, seeds=[0]),
    "numeric.model.networks.ToyModel.from_weights": call(W=W, b=b),
    "numeric.model.networks.ToyModel.forward": of(ToyModel.from_weights(W), x=torch.ones(1, 2, 3, dtype=torch.float64)),
    "numeric.model.networks.UntiedModel": call(n_features=2, n_hidden=1, seeds=[0]),
    "numeric.model.networks.UntiedModel.forward": of(UntiedModel(2, 1, (0,)), x=torch.ones(1, 2, 2)),
    "numeric.model.networks.UntiedModel.from_weights": call(W=W, V=[[1.0, 0.5], [0.0, 1.0], [2.0, 3.0]], b=b),
    "numeric.model.networks.initial_weights": call(n_features=2, n_hidden=1, seeds=[0]),
    "numeric.monte_carlo.expected_loss_monte_carlo": call(
        W=W, b=b, sparsity=[0.5] * 3, importance=[1.0] * 3, samples=9, seed=1
    ),
    "numeric.train.optimiser.Adam": call(beta1=0.9, beta2=0.99, epsilon=1e-8),
    "numeric.train.optimiser.AdamW": call(beta1=0.9, beta2=0.99, epsilon=1e-8, decay=0.0),
    "numeric.train.optimiser.SGD": call(momentum=0.5, decay=0.0),
    "numeric.thomson.pair_energy.Riesz": call(power=1.0),
    "numeric.dynamics.plateau.crossings": call(steps=[1, 2, 4], values=[0.0, 0.0, 1.0], band=0.05, factor=1.25),
    "numeric.dynamics.plateau.plateaus": call(steps=[1, 2, 4], values=[0.0, 0.0, 1.0], band=0.05, factor=1.25),
    "numeric.thomson.symmetry.point_group": call(points=SQUARE, tolerance=1e-6),
    "numeric.thomson.symmetry.symmetry_order": call(points=SQUARE, tolerance=1e-6),
    "numeric.sample.points.Points.check": of(Points([[0.0, 1.0]]), n=2, batch=1),
    **{
        f"numeric.population.{name}": call(W=W, b=b, **arguments, law=None)._replace(without=("a law of numeric",))
        for name, arguments in {
            "loss.expected_loss": INDEPENDENT,
            "loss.feature_losses": {"sparsity": [0.5] * 3},
            "second_derivatives.hessian": INDEPENDENT,
            "second_derivatives.hessian_vector_product": {"along_W": W, "along_b": b, **INDEPENDENT},
            "loss.value_and_gradient": INDEPENDENT,
        }.items()
    },
    "numeric.capacity.quadratic_task.error_variance": call(W=[[1.0, 0.5]], **VALUES),
    "numeric.capacity.quadratic_task.minimise_quadratic": call(m=1, starts=1, **VALUES),
    "numeric.capacity.quadratic_task.sparse_uniform": call(density=0.5, low=-1.0, standardised=True),
    "numeric.capacity.quadratic_task.three_values": call(kurtosis=6.0),
    "numeric.quadrature.expected_loss_quadrature": call(
        W=[[1.0, -0.5]], b=[0.0, 0.5], sparsity=[0.5] * 2, importance=[1.0] * 2
    ),
    "numeric.minimise.quasi_newton.bfgs": call(objective=bowl, starts=[[1.0, 2.0]], places=torch.tensor([0])),
    "numeric.train.recording.Recording": call(at=[0, 1], take={"norms": norms}),
    "numeric.train.recording.every": call(stride=1, steps=2),
    "numeric.train.recording.logarithmic": call(count=2, steps=2),
    **{
        f"{recorder.__module__}.{recorder.__name__}": call(snapshot=SNAPSHOT)
        for recorder in (biases, dimensionality, norms, population_loss, sampled_loss, sketched_loss, weights)
    },
    "numeric.sample.dense.sample_independent": call(sparsity=[0.5, 0.5], shape=[2, 2], generator=torch.Generator()),
    "numeric.sample.finite_set.draw_samples": call(samples=2, n_features=3, sparsity=0.5, seed=0),
    "numeric.train.schedule.Cosine": call(final=0.5),
    "numeric.train.schedule.Geometric": call(final=0.5),
    "numeric.train.schedule.Linear": call(final=0.5),
    "numeric.train.schedule.Stepwise": call(factor=0.5, every=2),
    "numeric.train.schedule.WarmUp": call(length=2, then=Constant()),
    "numeric.thomson.sphere_energy.energy": call(points=SQUARE, kind="coulomb"),
    "numeric.thomson.sphere_energy.gradient": call(points=SQUARE, kind="coulomb"),
    "numeric.thomson.sphere_energy.hessian": call(points=SQUARE, kind="coulomb"),
    "numeric.thomson.sphere_energy.unit_points": call(points=SQUARE),
    "numeric.sweep.labelled.collect": call(sweep=SWEEP, folder="../sweep"),
    "numeric.sweep.labelled.save": call(dataset=Dataset(), path="sweep.nc"),
    "numeric.sweep.sweeping.run_sweep": call(sweep=SWEEP, folder="../sweep", executor=EXECUTOR),
    "numeric.thomson.search.solve": call(n_points=3, starts=1),
    "numeric.train.training.Training.along": of(train(CONFIG), axes={"sparsity": [0.5]}),
    "numeric.train.training.train": call(config=CONFIG),
}
FUNCTIONS = public(numeric, INSIDE)
SHARE = share(3)
pytestmark = pytest.mark.filterwarnings("ignore::numeric.arguments.TransposedWarning")


@pytest.fixture(scope="module", autouse=True)
def _a_finished_sweep(tmp_path_factory: pytest.TempPathFactory) -> None:
    run_sweep(SWEEP, tmp_path_factory.getbasetemp() / "sweep", executor=EXECUTOR)


@pytest.fixture(autouse=True)
def _paths_are_relative_to_a_folder_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_every_public_function_is_in_the_table() -> None:
    known(FUNCTIONS, VALID)


@pytest.mark.fuzz
@pytest.mark.parametrize("name", sorted(FUNCTIONS))
@pytest.mark.slow
def test_hostile_arguments_are_taken_rightly_or_refused_in_a_sentence(name: str) -> None:
    right(name, FUNCTIONS[name], VALID[name], SHARE, sorted(FUNCTIONS).index(name))
