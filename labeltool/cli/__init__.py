"""The command line: the main job without a window, and the start of the window."""

from labeltool.cli.main import cli, run

__all__ = ["cli", "run"]
