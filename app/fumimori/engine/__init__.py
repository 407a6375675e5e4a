"""Runs probes: order by need, consent, limits, timeouts, cancel, progress; and reads results made elsewhere."""

from fumimori.engine.instruments import Instruments, NetworkSettings
from fumimori.engine.many import measure_many
from fumimori.engine.measuring import Measurement, Planned, Progress, allowed_level, measure, planned, registries

__all__ = [
    "Instruments",
    "Measurement",
    "NetworkSettings",
    "Planned",
    "Progress",
    "allowed_level",
    "measure",
    "measure_many",
    "planned",
    "registries",
]
