"""Geometry of superposition.

polytopes         the polytopes and their dimensionality
winners           which polytope wins at which sparsity; free_height: the antiprism at its best height
why_these_shapes  the loss by number of active features
polygon_link      why the pentagon and the hexagon are optimal; polygon_rivals: what else might have been
uneven_sparsity   pentagon or two digons; uneven_branches: its minima, followed
atlas_geometries  what the atlas has, by atlas_table; atlas_beaten: where packings are beaten
atlas_dimensions  D* of the minima; atlas_shares: how many starts reach them
untied            tied and untied networks
correlated_sets   correlated and anticorrelated sets; set_models: the models trained for it; partial_correlation, trees
binary_polytopes  five binary features

>>> from figures.shapes import polytopes
>>> polytopes.TITLE
'The polytopes and their dimensionality'
"""
