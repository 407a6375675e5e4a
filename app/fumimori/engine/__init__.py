"""Runs probes: order by need, consent, limits, timeouts, cancel, progress; and reads results made elsewhere."""

from fumimori.engine.consent import (
    Planned,
    close_looks,
    confirmed,
    exchangers,
    file_hosts,
    planned,
    third_parties,
)
from fumimori.engine.instruments import Instruments, Judged, NetworkSettings
from fumimori.engine.many import measure_many
from fumimori.engine.measuring import Measurement, Progress, measure

__all__ = [
    "Instruments",
    "Judged",
    "Measurement",
    "NetworkSettings",
    "Planned",
    "Progress",
    "close_looks",
    "confirmed",
    "exchangers",
    "file_hosts",
    "measure",
    "measure_many",
    "planned",
    "third_parties",
]
