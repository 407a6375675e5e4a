"""A company with Microsoft 365, as its exports say: the headings that the services print, and messages of its own."""

import gzip
import json
from datetime import datetime, timedelta
from pathlib import Path

from fumimori.checks.other_tools.reader import CLOUD_MET
from loopback.signed_mail import Authority
from servers import own_server
from unit.checks import test_tls_reports as tls
from unit.checks.test_other_tools import scuba

DOMAIN = "cloud.example"
RECEIVER = "TYAPR01MB0001.jpnprd01.prod.outlook.com"
ADMINS = (f"admin-sato@{DOMAIN}", f"admin-suzuki@{DOMAIN}")
PEOPLE = ("tanaka", "ito", "mori")


def folder_of(folder: Path, now: datetime, authority: Authority) -> Path:
    """Everything that the owner of cloud.example drops into the window, in one folder."""
    place = folder / "handed"
    place.mkdir()
    day = (now - timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
    entra = "userPrincipalName,userDisplayName,isAdmin,isMfaRegistered,lastUpdatedDateTime\n"
    entra += f"{ADMINS[0]},S,True,True,{day}\n{ADMINS[1]},I,True,True,{day}\n"
    entra += "".join(f"{name}@{DOMAIN},X,False,True,{day}\n" for name in PEOPLE)
    exchange = "PrimarySmtpAddress,ForwardingSmtpAddress,LastLogonTime\n"
    exchange += "".join(f"{name}@{DOMAIN},,{day[:10]}\n" for name in PEOPLE)
    (place / "entra.csv").write_text(entra, encoding="utf-8")
    (place / "mailboxes.csv").write_text(exchange, encoding="utf-16")
    passed = scuba(met=[f"{name}v1" for groups in CLOUD_MET.values() for name in groups[0]])
    passed["MetaData"] |= {"DomainName": DOMAIN, "TimestampZulu": f"{now - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"}
    (place / "ScubaResults.json").write_text(json.dumps(passed))
    for number, content in enumerate(own_server.reports(now, DOMAIN, "192.0.2.7")):
        (place / f"report{number}.xml.gz").write_bytes(gzip.compress(content))
    (place / "tls.json").write_bytes(tls.report(domain=DOMAIN))
    for name, message in own_server.messages(authority, now, DOMAIN, RECEIVER).items():
        (place / name).write_bytes(message)
    return place
