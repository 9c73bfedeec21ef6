"""The claims, a module for each subject; each that stands for a subject has `claims(full)`, the others are its parts.

smallest_model   the smallest model: smallest_loss, smallest_minima, smallest_training
smallest_bias    with bias: certificates replayed; phase_boundaries, phases: its phases
any_network      the exact loss of any network; population: in floats without sampling
polytopes        the catalogue and the names; winners, winner_searches: which polytope wins; thomson: charges on a sphere
capacity         neuron capacity: capacity_task, capacity_curves
finite_data      few data; infinite_data: many
learning_coefficients  those proved and those sampled
"""
