"""Every public function of `analytic` against the table of hostile arguments."""

import numpy as np
import pytest
import sympy
from hostile_arguments import call, known, of, public, right, share, without_execution

import analytic
from analytic.capacity import PANELS, HeldCapacity, QuadraticModel
from analytic.law import Anticorrelated, Correlated, Independent, OneHot
from analytic.learning_coefficient import free_energy
from analytic.loss.chambers import chamber_at, symbols_for
from analytic.memorised import memorised
from analytic.n2m1 import SAME_SIGN, SmallestModel, phase_boundary
from analytic.one_sparse import Potential, polygons
from analytic.polytope_loss import sparse_optimum
from analytic.polytopes import polytope
from analytic.winners import packings

# Reached only through functions that have read their arguments: kernels, on balls, polynomials and derived expressions.
FIVE, SIX = free_energy(polygons(5)[0].with_dead(plus=1), 5), free_energy(polygons(6)[0], 5)
AT_HALF = Potential([["1/2", "-1/2"]], [0, "-1/8"])
INSIDE = (
    "analytic.exact.balls",
    "analytic.winners.reigns.Reigns",
    "analytic.learning_coefficient.independent",
    "analytic.learning_coefficient.kink",
    "analytic.learning_coefficient.point",
    "analytic.one_sparse.chambers",
    "analytic.one_sparse.entries.Number.ball",
    "analytic.one_sparse.entries.at_bits",
    "analytic.one_sparse.entries.number",
    "analytic.one_sparse.entries.read_entry",
    "analytic.one_sparse.entries.Balls",
    "analytic.one_sparse.pair",
    "analytic.one_sparse.polygon.Polygons",
    "analytic.one_sparse.potential.Potential.balls",
    "analytic.one_sparse.potential.derivatives",
    "analytic.one_sparse.potential.slope",
    "analytic.one_sparse.signs",
    "analytic.exact.bernstein",
    "analytic.exact.closed_forms",
    "analytic.exact.enclosures",
    "analytic.loss.cube.transform",
    "analytic.loss.cube.vertices",
    "analytic.loss.cube.positive_part",
    "analytic.loss.cube.expectation",
    "analytic.loss.feature",
    "analytic.emit",
    "analytic.exact.polynomial",
    "analytic.polytopes.symmetry",
    "analytic.law.Law.blocks",
    "analytic.law.variance",
    "analytic.metrics.coherence_of",
    "analytic.metrics.dimensionality_of",
    "analytic.n2m1.basins.fences",
    "analytic.n2m1.basins.flow",
    "analytic.n2m1.basins.mass",
    "analytic.n2m1.basins.orbits",
    "analytic.n2m1.basins.regions",
    "analytic.n2m1.bias.certification.Certified.save",  # writes a file
    "analytic.n2m1.bias.ranges.DropRange.save",
    "analytic.n2m1.bias.ranges.Densities",
    "analytic.n2m1.bias.angle",
    "analytic.n2m1.bias.jet",
    "analytic.n2m1.bias.linear",
    "analytic.n2m1.bias.minimiser",
    "analytic.n2m1.bias.point",
    "analytic.n2m1.bias.search",
    "analytic.n2m1.bias.setting",
    "analytic.polygon_proof.certification.CertifiedPolygon.save",
    "analytic.polygon_proof.certification.dead_costs",
    "analytic.polygon_proof.contact",
    "analytic.polygon_proof.convexity",
    "analytic.polygon_proof.density.bend",
    "analytic.polygon_proof.link",
    "analytic.polygon_proof.search",
    "analytic.n2m1.elimination",
    "analytic.n2m1.derivation",
    "analytic.loss.linear.linear_row",
    "analytic.loss.model",
    "analytic.n2m1.points.CriticalPoints",
    "analytic.n2m1.ray",
    "analytic.polytopes.configuration.given_polytope",
    "analytic.polytopes.names",
    "analytic.polytopes.vertices.harmonic",
    "analytic.polytopes.vertices.harmonic_gram",
    "analytic.polytopes.vertices.product_gram",
    "analytic.polytopes.vertices.product_of",
    "analytic.polytopes.catalogue.rectified_name",
    "analytic.polytope_loss.at_sparsity.independent",
    "analytic.polytope_loss.at_sparsity.best_gain",
    "analytic.capacity.benefit_curve.Quadratic",
    "analytic.exact.printed",
    "analytic.exact.rationals",
    "analytic.exact.roots",
    "analytic.exact.weights",
    "analytic.capacity.upper_envelope",
    "analytic.polytope_loss.sums",
    "analytic.winners.bounds",
)
LONG = ("beyond a float",)  # importances without a bound on their ratio take a time without a bound
LAW = Independent("1/2")
MODEL = QuadraticModel((1, "1/2"), 6)
SMALLEST = SmallestModel("1/2")
HELD = HeldCapacity("9/10")
PENTAGON, DIGON = polytope("pentagon"), polytope("digon")
CURVES = list(PANELS["D"])
WEIGHTS = {"W": [[1, "-1/2"], [0, "3/4"]], "b": [0, "-1/8"], "law": LAW, "importance": [1, 2]}
VALID = {
    "analytic.n2m1.bias.ranges.certify_drop": call(sparsity=("3/10", "31/100"), importance="1/2", penalty=0, budget=60),
    "analytic.n2m1.basins.probabilities.attraction_threshold": call(importance="1/2"),
    "analytic.n2m1.basins.probabilities.basin_probabilities": call(sparsity="1/2", importance=(1, 1), scale=0.1),
    "analytic.n2m1.basins.probabilities.small_scale_exponent": call(sparsity="1/2"),
    "analytic.n2m1.bias.certification.certify": call(sparsity="9/10", importance=(1, 1), penalty=0, budget=60),
    "analytic.n2m1.bias.boundary.drop_boundary": call(sparsity="9/10", penalty=0),
    "analytic.n2m1.bias.boundary.jump_boundary": call(sparsity="9/10"),
    "analytic.n2m1.bias.boundary.penalty_boundary": call(sparsity="9/10", importance=1),
    "analytic.n2m1.bias.forms.best_clipped_loss": call(slope=sympy.Integer(2)),
    "analytic.n2m1.bias.forms.strong_antipodal_bias": call(sparsity="9/10", strength=0),
    "analytic.n2m1.bias.forms.tricritical_points": call(digits=5),
    "analytic.n2m1.bias.forms.unstable_importance": call(sparsity="9/10", digits=10),
    "analytic.n2m1.bias.table.known": call(kind="drop"),
    "analytic.n2m1.bias.triple.mirror_point": call(digits=20),
    "analytic.n2m1.bias.triple.triple_point": call(digits=20),
    "analytic.polygon_proof.certification.certify_polygon": call(c=5, budget=60),
    "analytic.polygon_proof.density.pentagon_density": call(budget=60),
    "analytic.one_axis.certification.certify_axis": call(features=3, sparsity="7/10", width="1/100", budget=60),
    "analytic.one_axis.costs.conjectured_cost": call(n=4, m=2, sparsity="1/2"),
    "analytic.one_axis.costs.cost_bounds": call(n=3, m=1, sparsity="9/10"),
    "analytic.one_axis.costs.counterexample": call(sparsity="1/2"),
    "analytic.one_axis.costs.three_on_an_axis": call(sparsity="1/10"),
    "analytic.capacity.benefit_curve.Curve": call(points=[[0, 1], [1, 2]]),
    "analytic.capacity.benefit_curve.Curve.benefit": of(CURVES[0], capacity="1/2"),
    "analytic.capacity.benefit_curve.Curve.marginal": of(CURVES[0], capacity="1/2"),
    "analytic.capacity.benefit_curve.line": call(start=1, stop="1/2"),
    "analytic.capacity.quadratic_model.QuadraticModel": call(values=[1, "1/2"], kurtosis=6),
    "analytic.capacity.quadratic_model.QuadraticModel.allocate": of(MODEL, total=1),
    "analytic.capacity.quadratic_model.QuadraticModel.loss": of(MODEL, capacities=["1/2", "1/2"]),
    "analytic.capacity.quadratic_model.QuadraticModel.marginal_benefits": of(MODEL, capacities=["1/2", "1/2"]),
    "analytic.capacity.quadratic_model.QuadraticModel.norms": of(MODEL, capacities=["1/2", "1/2"]),
    "analytic.capacity.quadratic_model.QuadraticModel.roles": of(MODEL, total=1),
    "analytic.capacity.quadratic_model.QuadraticModel.scales": of(MODEL, capacities=["1/2", "1/2"]),
    "analytic.loss.cube.integral": call(gradient=[1, "-1/2"], bias="1/4", power=2),
    "analytic.polytopes.energy.coulomb_energy": call(gram=PENTAGON.gram),
    "analytic.polytopes.energy.interference_energy": call(gram=PENTAGON.gram),
    "analytic.polytopes.energy.log_energy": call(gram=PENTAGON.gram),
    "analytic.polytopes.energy.pair_distances": call(gram=PENTAGON.gram),
    "analytic.polytopes.energy.riesz_energy": call(gram=PENTAGON.gram, power=2),
    "analytic.fixed_weights.fixed_weights": call(n=2),
    "analytic.fixed_weights.meeting_point": call(n=2),
    "analytic.infinite_data.best_polygon": call(largest=3, rule="zero_bias"),
    "analytic.infinite_data.polygon_saving": call(corners=3, digits=3),
    "analytic.infinite_data.polygon_savings": call(largest=3, digits=3),
    "analytic.law.Anticorrelated.blocks": of(Anticorrelated([[0, 1]], "1/2"), n=2),
    "analytic.law.Correlated.blocks": of(Correlated([[0, 1]], "1/2"), n=2),
    "analytic.law.Anticorrelated": call(groups=[[0, 1]], sparsity="1/2"),
    "analytic.law.Correlated": call(groups=[[0, 1]], sparsity="1/2"),
    "analytic.law.Independent": call(sparsity=["1/2", 0]),
    "analytic.law.Independent.blocks": of(LAW, n=2),
    "analytic.law.Law.inclusion": of(LAW, features=[0], n=2),
    "analytic.law.Law.moments": of(LAW, n=2),
    "analytic.law.Law.supports": of(LAW, n=2),
    "analytic.law.OneHot.blocks": of(OneHot(), n=2),
    "analytic.loss.network.enclose_loss": call(**WEIGHTS, digits=5),
    "analytic.loss.floats.loss_of_floats": call(
        W=np.array([[1, -0.5], [0, 0.75]]), b=np.array([0, -0.125]), law=LAW, importance=[1, 2]
    ),
    "analytic.loss.linear.least_linear_loss": call(n=2, m=1, law=LAW, importance=[1, 2], bias=True),
    "analytic.loss.network.expected_loss": call(**WEIGHTS),
    "analytic.loss.network.loss_by_active": call(**WEIGHTS),
    "analytic.loss.network.sparse_limit": call(W=[[1, "-1/2"]], b=[0, 0], importance=[1, 2]),
    "analytic.loss.chambers.LossChamber.conditions": of(chamber_at([[1, 2]], [0, 0]), symbols=symbols_for(2, 1)),
    "analytic.loss.chambers.LossChamber.loss": of(chamber_at([[1, 2]], [0, 0]), symbols=symbols_for(2, 1)),
    "analytic.loss.chambers.Symbols.vertex": of(symbols_for(2, 1), feature=0, mask=1),
    "analytic.loss.chambers.chamber_at": call(W=[[1, 2]], b=[0, "-1/2"]),
    "analytic.loss.chambers.symbols_for": call(n=2, m=1),
    "analytic.memorised.TGon.network": of(memorised(2), points=[[1, 0], [0, 1]]),
    "analytic.memorised.TGon.scaled": of(memorised(2), weights=1, biases="1/2"),
    "analytic.memorised.best_bias": call(points=3, squared_norm="1/2"),
    "analytic.memorised.memorised": call(points=3),
    "analytic.memorised.t_gon": call(points=3, squared_norm="1/2", bias="-1/2"),
    "analytic.memorised.training_loss": call(W=[[1, 0], [0, 1]], b=[0, 0], points=[[1, 0], [0, 1]]),
    "analytic.metrics.coherence": call(W=WEIGHTS["W"]),
    "analytic.metrics.feature_dimensionality": call(W=WEIGHTS["W"]),
    "analytic.metrics.gram": call(W=WEIGHTS["W"]),
    "analytic.metrics.superposition": call(W=WEIGHTS["W"]),
    "analytic.n2m1.critical_points.SmallestModel": call(sparsity="1/2", importance=[1, 2], penalty=0),
    "analytic.n2m1.critical_points.SmallestModel.chamber_loss": of(SMALLEST, chamber=SAME_SIGN),
    "analytic.n2m1.critical_points.SmallestModel.loss": of(SMALLEST, w1=1, w2="1/2"),
    "analytic.n2m1.boundary.PhaseTransition.branches": of(phase_boundary(), digits=5),
    "analytic.n2m1.boundary.PhaseTransition.enclosure": of(phase_boundary(), digits=5),
    "analytic.n2m1.boundary.PhaseTransition.slope_jump": of(phase_boundary(), digits=5),
    "analytic.n2m1.boundary.phase_boundary": call(importance=[1, 1], penalty=0)._replace(without=LONG),
    "analytic.n2m1.boundary.phase_transitions": call(importance=[1, 1], penalty=0)._replace(without=LONG),
    "analytic.n2m1.diagram.phase_diagram": call(sparsity=[0.5], importance=[1.0]),
    "analytic.winners.packing.Packing.without": of(packings(3, 2)[0], other=packings(3, 2)[1]),
    "analytic.winners.packing.atoms": call(n=3, m=2),
    "analytic.winners.packing.packings": call(n=3, m=2, extra=(polytope("triangle"),)),
    "analytic.polytopes.configuration.Polytope.riesz_energy": of(PENTAGON, power=2),
    "analytic.learning_coefficient.decision.learning_coefficient": call(point=polygons(5)[0]),
    "analytic.learning_coefficient.laplace.FreeEnergy.at": of(FIVE, n=100, keep="everything"),
    "analytic.learning_coefficient.laplace.free_energy": call(point=polygons(5)[0], digits=5),
    "analytic.learning_coefficient.laplace.phases": call(c=3, digits=5),
    "analytic.learning_coefficient.laplace.switches": call(first=FIVE, second=SIX, keep="norm"),
    "analytic.one_sparse.small_density.bridge": call(W=[[1, "-1/2"]], b=[0, "-1/8"], importance=[1, 2]),
    "analytic.one_sparse.entries.Number.enclose": of(polygons(5)[0].norm, digits=5),
    "analytic.one_sparse.polygon.KGon.loss": of(polygons(5)[0], c=6),
    "analytic.one_sparse.polygon.KGon.with_dead": of(polygons(5)[0], minus=1, plus=0),
    "analytic.one_sparse.polygon.polygons": call(k=5),
    "analytic.one_sparse.potential.Potential": call(W=[[1, "-1/2"]], b=[0, "-1/8"], importance=[1, 2]),
    "analytic.one_sparse.potential.Potential.gradient": of(AT_HALF, digits=5),
    "analytic.one_sparse.potential.Potential.hessian": of(AT_HALF, digits=5),
    "analytic.one_sparse.potential.Potential.value": of(AT_HALF, digits=5),
    "analytic.polytope_loss.at_sparsity.best_loss": call(polytope=DIGON, sparsity="1/2", digits=3),
    "analytic.polytopes.vertices.antiprism": call(k=3, height=sympy.Rational(1, 2)),
    "analytic.polytopes.vertices.antiprism_gram": call(k=3, height=sympy.Rational(1, 2)),
    "analytic.polytopes.vertices.cube": call(d=2),
    "analytic.polytopes.vertices.demicube": call(d=3),
    "analytic.polytopes.vertices.orthoplex": call(d=2),
    "analytic.polytopes.vertices.polygon": call(k=3),
    "analytic.polytopes.vertices.polygon_gram": call(k=3),
    "analytic.polytopes.vertices.rectified_simplex": call(d=3),
    "analytic.polytopes.vertices.rectified_simplex_gram": call(d=3),
    "analytic.polytopes.vertices.simplex": call(d=2),
    "analytic.polytopes.vertices.simplex_gram": call(d=2),
    "analytic.polytopes.vertices.tegum": call(a=DIGON.vertices, b=DIGON.vertices),
    "analytic.polytopes.catalogue.antiprism": call(k=3, height="1/2"),
    "analytic.polytopes.catalogue.polytope": call(name="pentagon"),
    "analytic.polytopes.catalogue.product": call(a=DIGON, b=PENTAGON),
    "analytic.polytopes.catalogue.tegum": call(a=DIGON, b=PENTAGON),
    "analytic.capacity.quadratic_task.coefficients": call(n=2),
    "analytic.capacity.quadratic_task.exact_function": call(
        expression=sympy.Symbol("x") / 2, arguments=[sympy.Symbol("x")]
    ),
    "analytic.capacity.quadratic_task.kurtosis_of_density": call(law="symmetric"),
    "analytic.capacity.quadratic_task.sparse_kurtosis": call(density_="1/2", law="symmetric"),
    "analytic.capacity.quadratic_task.turning_density": call(law="symmetric"),
    "analytic.capacity.quadratic_task.variance": call(q=sympy.eye(2), moments=[0, 1, 0, 3]),
    "analytic.polytope_loss.sparse_limit.SparseOptimum.enclose": of(sparse_optimum(DIGON), digits=3),
    "analytic.polytope_loss.sparse_limit.sparse_loss": call(polytope=DIGON, square_norm=1, bias="-1/8"),
    "analytic.polytope_loss.sparse_limit.sparse_optimum": call(polytope=DIGON),
    "analytic.thomson.thomson": call(n_points=3),
    "analytic.capacity.tight_frames.blocks": call(W=sympy.eye(2)),
    "analytic.capacity.tight_frames.capacities": call(W=sympy.eye(2)),
    "analytic.capacity.tight_frames.realise": call(model=MODEL, dimensions=1),
    "analytic.capacity.tight_frames.tight_frame": call(diagonal=["1/2", "1/2"]),
    "analytic.capacity.tight_frames.weights_loss": call(model=MODEL, W=sympy.eye(2)),
    "analytic.capacity.held_capacity.HeldCapacity": call(sparsity="1/2", importance=[1, 1]),
    "analytic.capacity.held_capacity.HeldCapacity.first_benefit": of(HELD, phase="antipodal"),
    "analytic.capacity.held_capacity.HeldCapacity.inflections": of(HELD, phase="antipodal"),
    "analytic.capacity.held_capacity.HeldCapacity.loss": of(HELD, capacity="1/2", phase="antipodal"),
    "analytic.capacity.held_capacity.HeldCapacity.marginal_benefit": of(HELD, capacity="1/2", phase="antipodal"),
    "analytic.capacity.held_capacity.HeldCapacity.optima": of(HELD, phase="antipodal"),
    "analytic.capacity.held_capacity.HeldCapacity.stretches": of(HELD, phase="antipodal"),
    "analytic.capacity.water_filling.allocate": call(curves=CURVES, total=1),
    "analytic.capacity.water_filling.best_branches": call(curves=CURVES),
    "analytic.winners.reigns.winner_at": call(n=2, m=2, sparsity="1/2", digits=3, extra=()),
    "analytic.winners.reigns.winners": call(n=2, m=2, digits=3, extra=()),
}
EVERYTHING = public(analytic, ())
FUNCTIONS = public(analytic, INSIDE)
SHARE = share(2)


def test_every_public_function_is_in_the_table() -> None:
    known(FUNCTIONS, VALID)


@pytest.mark.fuzz
@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_hostile_arguments_are_taken_rightly_or_refused_in_a_sentence(name: str) -> None:
    right(name, FUNCTIONS[name], VALID[name], SHARE, sorted(FUNCTIONS).index(name))


@pytest.mark.parametrize("name", sorted(EVERYTHING))
def test_no_string_is_executed_by_any_function_inside_or_not(name: str) -> None:
    without_execution(EVERYTHING[name], VALID.get(name))
