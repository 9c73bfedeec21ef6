"""The claims, a module for each subject. One that stands for a subject has `claims(full)` and, for the report, `TITLE` and
`ABOUT`, a sentence; the others are its parts.

smallest_model   the smallest model: smallest_loss, smallest_minima, smallest_training
smallest_bias    with bias: certificates replayed; phase_boundaries, phases: its phases
axis_losses      three features on one axis: certificates replayed; axis_points: makes them
polygon_proof    pentagon and hexagon: certificates replayed, searches and training above them
any_network      the exact loss of any network; population: in floats without sampling; laws: that people use
untied           untied networks and linear outputs
basins           where descents without bias end
polytopes        the catalogue and the names; winners, winner_searches: which polytope wins; thomson: charges on a sphere
capacity         neuron capacity: capacity_task, capacity_curves
finite_data      few data; infinite_data: many
learning_coefficients  those proved and those sampled
atlas            the minima that are shipped, exactly in atlas_exact; atlas_proofs: makes the smallest certificates

>>> from verify.suites import smallest_model
>>> smallest_model.claims(full=False)[0].claim
'The derived K equals adaptive quadrature of its definition in every chamber.'
"""
