"""Geometry of superposition.

polytopes         the polytopes and their dimensionality
winners           which polytope wins at which sparsity
why_these_shapes  the loss by number of active features
uneven_sparsity   pentagon or two digons; uneven_branches: its minima, followed
correlated_sets   correlated and anticorrelated sets; set_models: the models trained for it

>>> from figures.shapes import polytopes
>>> polytopes.TITLE
'The polytopes and their dimensionality'
"""
