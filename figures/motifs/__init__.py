"""What several figures draw. Its modules are its names: each has functions that draw into given axes.

arrows         the columns of W in the plane; colour_scale: norm as brightness, superposition as colour
solid          charges on a sphere; turntable: the same, to be turned in a browser
hull_drawing   the hull of vertices in space; phase_panel: what becomes of a feature, on a map

>>> from figures.motifs.colour_scale import colours
>>> colours([0.0, 1.0], [0.0, 0.0]).shape
(2, 3)
"""
