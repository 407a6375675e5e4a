"""Runs probes: order by need, limits, timeouts, consent, cancel, progress."""
