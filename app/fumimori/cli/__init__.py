"""The command line: the same engine as the window, for batch work and for measuring elsewhere."""

from fumimori.cli.commands import CommandLine

__all__ = ["CommandLine"]
