"""From an assessment and its result to PDF bytes, one module per page kind."""
