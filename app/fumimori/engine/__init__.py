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
from fumimori.engine.many import measure_many
from fumimori.engine.measuring import Measurement, Progress, measure
from fumimori.engine.recheck import RecheckResult, Targets, recheck_result, targets
from fumimori.engine.toolkit import Judged, NetworkSettings, Toolkit
