"""Thomson's problem.

thomson         two to five charges on a sphere
thomson_plate   two to twelve
thomson_fit     how the energies grow

>>> from figures.charges import thomson
>>> thomson.TITLE
'Two to five charges on a sphere'
"""
