"""The third version: a table for the octets of evidence, which are written once and never change."""

STATEMENTS = (
    """
    CREATE TABLE blob (
        sha256 TEXT NOT NULL PRIMARY KEY,
        octets BLOB NOT NULL
    ) WITHOUT ROWID
    """,
)
