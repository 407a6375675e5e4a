"""The pages of the report, one module per kind."""
