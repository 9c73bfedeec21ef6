"""What several figures draw and say. Its modules are its names: all but `caption` have functions that draw into given axes.

caption        what stands under a figure: three sentences and the numbers behind them
arrows         the columns of W in the plane; colour_scale: norm as brightness, superposition as colour
solid          charges on a sphere; hull_drawing: the hull of vertices in space; phase_panel: what becomes of a feature, on a map

>>> from figures.motifs.colour_scale import colours
>>> colours([0.0, 1.0], [0.0, 0.0]).shape
(2, 3)
"""
