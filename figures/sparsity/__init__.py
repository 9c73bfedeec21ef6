"""Superposition as features grow sparse.

relu_against_linear    ReLU output against the linear model
phase_diagrams_bias    published theory, true minimum, trained
dimensionality_sweep   dimensions per feature, and each feature's own
privileged_basis       weight stacks of neurons
universality           how often training finds the best geometry
adversarial            vulnerability against features per dimension

>>> from figures.sparsity import phase_diagrams_bias
>>> phase_diagrams_bias.TITLE
'Phase diagrams with bias: published theory, true minimum, trained'
"""
