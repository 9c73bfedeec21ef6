"""The version, from what is installed: `pyproject.toml` is the one place that says it."""

from importlib.metadata import version

__version__ = version("antipodal")
