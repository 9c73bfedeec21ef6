"""How long work runs on a machine: whole files, worker processes, exit codes. Light: nothing here loads torch or SymPy."""
