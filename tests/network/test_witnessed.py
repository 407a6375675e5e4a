"""Every outcome of these probes came about over sockets in this session, as far as its witnesses ran."""

import pytest

from fumimori.checks.admin_pages import probe as admin_pages
from fumimori.checks.blocklists import probe as blocklists
from fumimori.checks.defaults import probe as defaults
from fumimori.checks.exposed_ports import probe as exposed_ports
from fumimori.checks.mail_behaviour import probe as mail_behaviour
from fumimori.checks.open_relay import probe as open_relay
from fumimori.checks.products import probe as products
from fumimori.checks.reverse_dns import probe as reverse_dns
from loopback.witnesses import WITNESSED, outcome_names

WITNESSES = {
    admin_pages.PROBE: "test_exposed_probes",
    exposed_ports.PROBE: "test_exposed_probes",
    mail_behaviour.PROBE: "test_mail_behaviour_probes",
    open_relay.PROBE: "test_mail_behaviour_probes",
    products.PROBE: "test_greeting_probes",
    defaults.PROBE: "test_greeting_probes",
    reverse_dns.PROBE: "test_name_probes",
    blocklists.PROBE: "test_name_probes",
}
"""The modules whose tests make a probe's outcomes happen; they stand before this one in the order of names."""


@pytest.mark.parametrize("probe", WITNESSES, ids=lambda probe: probe.id)
def test_every_outcome_happened(request, probe):
    module = WITNESSES[probe]
    collected = {item.module.__name__.rpartition(".")[2] for item in request.session.items}
    missing = {f"{probe.id}.{word}" for word in outcome_names(probe)} - WITNESSED
    assert not (module in collected and missing), f"{module} never made them happen: {sorted(missing)}"
