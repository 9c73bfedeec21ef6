"""The smallest model, solved.

landscape       the loss over all weights
phase_diagram   exact beside trained
antipodal_ray   the loss along W = (a, −a)
basins          where gradient flow without bias ends
transition      the jump across the transition; signed_and_binary: features of other magnitudes
certified_phases, certified_branches   with bias, proved: the diagram; along two lines, and what the published one costs
three_on_one_axis   with bias, proved: what a third feature saves, and when it is used

>>> from figures.smallest_model import landscape
>>> landscape.TITLE
'Loss landscape of two features in one dimension'
"""
