"""The first version: one table of rows."""

STATEMENTS = (
    """
    CREATE TABLE part (
        kind TEXT NOT NULL,
        id TEXT NOT NULL,
        place INTEGER NOT NULL,
        body BLOB NOT NULL,
        changed_at TEXT NOT NULL,
        PRIMARY KEY (kind, id)
    ) WITHOUT ROWID
    """,
)
