"""Documents that people hand over: every reader reads whatever the octets are, and what it recorded is judged."""

import base64
import contextlib
import gzip
import io
import tarfile
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache

import msgspec

from fumimori import checks
from fumimori.__main__ import toolkit
from fumimori.checks.contract import Document, NotReadable, ReadContext, Reading
from fumimori.checks.observations import Observations
from fumimori.engine.reading import document_of, read_documents
from fumimori.engine.toolkit import said_of
from fumimori.grammar import cms, dmarc_report, mime, tls_report, trace
from fumimori.grammar.dkim_signature import signatures, verifies
from fumimori.model import Assessment, Attempt, DomainScope, Run, Scope, Status
from fumimori.network.tls import CertificateChain
from fuzz import hostile
from loopback.fake_network import rules
from loopback.signed_mail import outlook
from loopback.witnesses import outcome_names

MOMENT = datetime(2026, 11, 24, tzinfo=UTC)
SCOPE = Scope(domains=(DomainScope(name="example.jp"),))
KEY = base64.b64encode(bytes(32)).decode()


def _nothing(_ders: object, _at: object) -> CertificateChain:
    return CertificateChain(certificates=(), trusted=False, trust_error="other")


def _read_by_all(document: Document) -> None:
    """Every reader, whether it takes the document or not; what it recorded goes out as JSON and is judged."""
    context = ReadContext(scope=SCOPE, observations=Observations(SCOPE, ()), rules=rules(), at=MOMENT, chain=_nothing)
    for reader in checks.readers():
        assert 0.0 <= reader.accepts(document) <= 1.0
        with contextlib.suppress(NotReadable):
            found = reader.read(document, context)
            facts = [reading.facts for reading in found if not reading.check]
            if reader.merge is not None and facts:
                facts.append(reader.merge([*facts, *facts]))
            if reader.vouched is not None:
                facts += [reader.vouched(one) for one in facts]
            reader.teaches(SCOPE, facts)
            attempts = [
                Attempt(
                    probe=reader.id,
                    subject="example.jp",
                    status=Status.COMPLETED,
                    started=MOMENT,
                    ended=MOMENT,
                    facts=msgspec.Raw(msgspec.json.encode(one)),
                    part=str(number),
                )
                for number, one in enumerate(facts)
            ]
            for outcome in reader.judge(Observations(SCOPE, attempts), rules()):
                assert outcome.code.partition(".")[2] in outcome_names(reader)
            _judge_imports([reading for reading in found if reading.tool is not None])


def _judge_imports(readings: Sequence[Reading]) -> None:
    """What another tool looked at goes to the judges of our probes."""
    by_id = {check.id: check for check in (*checks.walk(), *checks.readers())}
    for reading in readings:
        facts = msgspec.Raw(msgspec.json.encode(reading.facts))
        probe = reading.check or "other_tools"
        look = Attempt(
            probe=probe, subject=reading.subject, status=Status.COMPLETED, started=MOMENT, ended=MOMENT, facts=facts
        )
        run = Run(id="1", started=MOMENT, ended=MOMENT, attempts=(look,), tool=reading.tool)
        for outcome in said_of(by_id[probe], Observations.of(SCOPE, (run,)), rules()):
            assert outcome.tool == reading.tool


def document(octets: bytes) -> None:
    """A document, by every reader."""
    _read_by_all(document_of("a", octets, MOMENT))


def message(octets: bytes) -> None:
    """A message: its parts, its signatures, its trace."""
    one = mime.parse_message(octets)
    assert len(list(mime.parts(one))) <= mime.PARTS_MOST
    for part in mime.parts(one):
        assert len(part.file_name) <= mime.TEXT_MOST
        assert len(part.content) <= len(part.body) + 16
    for signature in signatures(one):
        verifies(signature, KEY)
        msgspec.json.encode(signature)
    for field in one.fields:
        msgspec.json.encode(trace.parse_received(field.value))
        msgspec.json.encode(trace.parse_results(field.value)[1])
        mime.words(field.value)
        mime.address(field.value)


def report(octets: bytes) -> None:
    """An aggregate report, and one about encrypted deliveries."""
    with contextlib.suppress(dmarc_report.NoReportError):
        msgspec.json.encode(dmarc_report.parse_report(octets))
    with contextlib.suppress(tls_report.NoReportError):
        msgspec.json.encode(tls_report.parse_report(octets))


def signed_data(octets: bytes) -> None:
    """CMS in DER or BER."""
    cms.content_type(octets)
    data = cms.parse_signed(octets)
    if data is not None:
        assert len(data.certificates) <= cms.CERTIFICATES_MOST
        assert len(data.content or b"") <= len(octets)


def archive(octets: bytes) -> None:
    """A file as it is handed over: recognised, unpacked, read, added."""
    assessment = Assessment(id="1", created=MOMENT, scope=SCOPE)
    tools = toolkit()
    result = read_documents(tools, assessment, [document_of("a", octets, MOMENT)], MOMENT)
    result.added_to(assessment, [other.subject for other in result.others])
    assert result.documents


@cache
def seeds() -> dict[str, list[bytes]]:
    """Whole right documents and old hostile ones, for each of these harnesses."""
    dmarc = (
        b"<?xml version='1.0'?><feedback><report_metadata><org_name>g</org_name><report_id>1</report_id><date_range>"
        b"<begin>1763600000</begin><end>1763686399</end></date_range></report_metadata><policy_published>"
        b"<domain>example.jp</domain><p>none</p></policy_published><record><row><source_ip>192.0.2.1</source_ip>"
        b"<count>9</count><policy_evaluated><disposition>none</disposition><dkim>fail</dkim><spf>fail</spf>"
        b"</policy_evaluated></row><identifiers><header_from>example.jp</header_from></identifiers><auth_results>"
        b"<dkim><domain>a.example</domain><result>pass</result></dkim></auth_results></record></feedback>"
    )
    tls = (
        b'{"organization-name":"x","date-range":{"start-datetime":"2026-11-20T00:00:00Z","end-datetime":'
        b'"2026-11-20T23:59:59Z"},"report-id":"1","policies":[{"policy":{"policy-type":"sts","policy-domain":'
        b'"example.jp"},"summary":{"total-successful-session-count":9,"total-failure-session-count":3},'
        b'"failure-details":[{"result-type":"certificate-expired","receiving-mx-hostname":"mx.example.jp",'
        b'"failed-session-count":3}]}]}'
    )
    packed = gzip.compress(dmarc)
    mail = (
        b"Return-Path: <a@example.jp>\r\nAuthentication-Results: mx.r.example; dkim=pass header.d=example.jp;\r\n"
        b" spf=pass smtp.mailfrom=a@example.jp\r\nReceived: from m.example.jp (m.example.jp [192.175.48.1])\r\n"
        b" by mx.r.example with ESMTPS; Tue, 24 Nov 2026 10:00:00 +0900\r\nDKIM-Signature: v=1; a=rsa-sha256;\r\n"
        b" c=relaxed/simple; d=example.jp; s=s1; h=from:to; l=2; bh=AAAA; b=AAAA\r\n"
        b"ARC-Seal: i=1; a=rsa-sha256; cv=none;\r\n"
        b" d=example.jp; s=s1; b=AAAA\r\nFrom: =?utf-8?B?44GC?= <a@example.jp>\r\nTo: b@r.example\r\nSubject: x\r\n"
        b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
        b"Content-Type: text/plain\r\n\r\n"
        b"Hi\r\n--b\r\nContent-Type: application/gzip; name*0=r.x; name*1=ml.gz\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(packed) + b"--b--\r\n"
    )
    old = mail.replace(
        b" by mx.r.example with ESMTPS", b" (using TLSv1 with cipher AES256-SHA) by mx.r.example with ESMTPS"
    )
    old = old.replace(b"l=2", b"l=99999999999999")
    nested = b"From: a@example.jp\r\nTo: b@c.example\r\n" + b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (number, number) for number in range(300)
    )
    zipped, tarred = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("../../a.xml", dmarc)
    with tarfile.open(fileobj=tarred, mode="w") as made_tar:
        member = tarfile.TarInfo("/etc/a.json")
        member.size = len(tls)
        made_tar.addfile(member, io.BytesIO(tls))
    pax = tarfile.TarInfo("a").create_pax_header({**tarfile.TarInfo("a").get_info(), "path": "ä" * 60}, "utf-8")
    lzma = io.BytesIO()
    with zipfile.ZipFile(lzma, "w", zipfile.ZIP_LZMA) as made:
        made.writestr("a.xml", dmarc)
    entities = b'<!DOCTYPE f [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><feedback>&b;&b;</feedback>'
    ber = bytes.fromhex("308006092a864886f70d010702a0803080020101310030800609") + b"\x30\x80" * 400
    signed = _signed()
    everything = [dmarc, tls, packed, mail, old, nested, zipped.getvalue(), tarred.getvalue(), entities, ber, signed]
    everything.append(outlook("From: a@example.jp\r\nReceived: from a by b\r\n"))
    return {
        "document": everything,
        "message": [mail, nested],
        "report": [dmarc, tls, entities],
        "cms": [signed, ber],
        "archive": [
            *everything,
            lzma.getvalue(),
            pax,
            packed + packed,
            hostile.NAMELESS,
            b"From a\n" + mail + b"\n\nFrom b\n" + mail,
        ],
    }


def _signed() -> bytes:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

    from loopback.toy_ca import ToyCa

    leaf = ToyCa(MOMENT).leaf("mx.example.jp")
    builder = pkcs7.PKCS7SignatureBuilder().set_data(b"data").add_signer(leaf.certificate, leaf.key, hashes.SHA256())
    return builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])
