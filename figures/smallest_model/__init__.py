"""The smallest model, solved.

landscape       the loss over all weights
phase_diagram   exact beside trained
antipodal_ray   the loss along W = (a, −a)
basins          where gradient flow without bias ends
transition      the jump across the transition; certified_phases: the proved diagram with bias

>>> from figures.smallest_model import landscape
>>> landscape.TITLE
'Loss landscape of two features in one dimension'
"""
