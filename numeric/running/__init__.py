"""How long work runs on a machine. Light: nothing here loads torch or SymPy. Its modules are its names.

files          files that are there whole or not at all; arrays: what is written as arrays, with a checksum
processes      worker processes: one thread each, deaf to the keyboard, gone with the work; cluster: those of a Dask scheduler
command_line   how commands begin and end
progress       how far work has come; compiled: loops made ready once

>>> from numeric.running.processes import processors
>>> processors() >= 1
True
"""
