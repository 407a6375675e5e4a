"""The octets of evidence: in the file, or in memory while there is no file, or none that takes them."""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from fumimori.model import Assessment, Evidence

if TYPE_CHECKING:
    from fumimori.store import AssessmentFile


class EvidenceBytes:
    """Nothing that was handed in is dropped because a disk is full: it waits in memory for a file with room."""

    def __init__(self) -> None:
        self._loose: dict[str, bytes] = {}
        self.fault = ""
        """The store error's code of the last piece that the file did not take."""

    def keep(self, file: "AssessmentFile | None", octets: bytes) -> str:
        """Keep the octets of one piece; their SHA-256. From any thread."""
        import hashlib

        from fumimori.store import StoreError

        if file is not None:
            try:
                return file.keep(octets)
            except StoreError as error:
                self.fault = error.code
        sha256 = hashlib.sha256(octets).hexdigest()
        self._loose[sha256] = octets
        return sha256

    def of(self, file: "AssessmentFile | None", evidence: Evidence) -> bytes | None:
        """What is kept of this piece; None where it is nowhere. Raises StoreError. From any thread."""
        loose = self._loose.get(evidence.sha256)
        return file.octets(evidence.sha256) if loose is None and file is not None else loose

    def all(self, file: "AssessmentFile | None") -> Iterator[tuple[str, bytes]]:
        """Everything that is kept, for a copy of the file. Raises StoreError."""
        yield from tuple(self._loose.items())
        if file is not None:
            yield from (one for one in file.blobs() if one[0] not in self._loose)

    @property
    def waiting(self) -> bool:
        """Whether something is in memory alone."""
        return bool(self._loose)

    def carry_over(self, file: "AssessmentFile") -> None:
        """Write into the file what waits in memory; what it does not take waits on, and `fault` says why."""
        from fumimori.store import StoreError

        self.fault = ""
        for sha256, octets in tuple(self._loose.items()):
            try:
                file.keep(octets)
            except StoreError as error:
                self.fault = error.code
                return
            del self._loose[sha256]

    def bring_over(self, old: "AssessmentFile", new: "AssessmentFile", assessment: Assessment) -> None:
        """What the `old` file took while its copy was made waits for the `new` one."""
        from fumimori.store import StoreError

        with contextlib.suppress(StoreError):
            for sha256 in {one.sha256 for one in assessment.evidence} - new.held - self._loose.keys():
                octets = old.octets(sha256)
                if octets is not None:
                    self._loose[sha256] = octets

    def only_of(self, assessment: Assessment) -> None:
        """Forget what waits for another assessment."""
        named = {one.sha256 for one in assessment.evidence}
        self._loose = {sha256: octets for sha256, octets in self._loose.items() if sha256 in named}

    def written(self, assessment: Assessment) -> Assessment:
        """The assessment as the file can hold it: without the pieces that wait in memory."""
        if not self._loose:
            return assessment
        there = tuple(one for one in assessment.evidence if one.sha256 not in self._loose)
        return msgspec.structs.replace(assessment, evidence=there)
