"""Readers look at what is dropped in: one module, one kind of file, with the same contract as a probe."""
