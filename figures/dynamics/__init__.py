"""Dynamics of training.

dimensionality_jumps   dimensionalities jump
octahedron             two correlated sets make an octahedron
loss_transitions       the loss falls from plateau to plateau

>>> from figures.dynamics import octahedron
>>> octahedron.TITLE
'Two correlated sets make an octahedron'
"""
