"""How the file's tables came to be: one module per version, carried out in order, each step in one transaction."""

from fumimori.store.migrations import v1

STEPS: tuple[tuple[str, ...], ...] = (v1.STATEMENTS,)
"""The statements that lead from version n to n + 1, at place n."""

VERSION = len(STEPS)
"""The version that this program writes; stands in `PRAGMA user_version`."""
