"""A server far away is seen as well as a near one, only later: distance changes no fact."""

import asyncio

from fumimori.__main__ import toolkit
from fumimori.checks.tls.facts import TlsSupport
from fumimori.checks.tls.search import Service
from fumimori.checks.tls.support import find_support
from fumimori.net.real import RealNetwork
from fumimori.network import Notes
from fumimori.network.mail import MailService
from loopback.delay_proxy import delayed
from loopback.world import World


async def look(world: World, round_trip: float) -> tuple[TlsSupport, int]:
    """TLS support of the good IMAP server from behind the delay, and the number of connections it took."""
    notes = Notes()
    network = RealNetwork(resolver=world.resolver, ca_file=world.ca_file).for_attempt(notes)
    async with delayed(world.at["good"], 993, round_trip=round_trip) as near:
        service = Service(host="mail.good.example", address="127.0.0.1", port=near)
        support = await find_support(network, toolkit().rules, service, None)
    await network.close()
    return support, len(notes.contacts)


def test_distance_changes_no_fact(world: World) -> None:
    assert asyncio.run(look(world, 0.2)) == asyncio.run(look(world, 0.0))


async def greeted(world: World, port: int) -> MailService:
    """What the bad server says on a port that an MX would be asked on."""
    network = RealNetwork(resolver=world.resolver, ca_file=world.ca_file).for_attempt(Notes())
    seen = await network.mail_service("mail.bad.example", world.at["bad"], port)
    await network.close()
    return seen


def test_a_closed_port_is_a_fact_and_not_a_failure(world: World) -> None:
    assert asyncio.run(greeted(world, 2525)).open is False
