"""What one service agrees to in TLS: the search of every run, and the list of everything that a thorough one makes."""

from fumimori.checks.tls.enumerate import list_everything
from fumimori.checks.tls.facts import TlsSupport
from fumimori.checks.tls.search import Search, Service, SilenceError
from fumimori.model import Rules
from fumimori.network import Network, NotObserved
from fumimori.network.tls import CertificateChain, Handshake


async def find_support(
    network: Network,
    rules: Rules,
    service: Service,
    agreed: Handshake | None,
    *,
    chain: CertificateChain | None = None,
    thorough: bool = False,
) -> TlsSupport:
    """What `service` agrees to; `agreed` and `chain` are what a full handshake has shown already.

    Stops at the first silence, keeping what is known by then. With `thorough` every suite and group is listed.
    Raises NotObserved as `TlsClient.hello` does, when the first hello already fails.
    """
    search = Search(network=network, rules=rules, service=service, chain=chain, thorough=thorough)
    try:
        if await search.run(agreed) and thorough:
            await list_everything(search)
    except SilenceError:
        pass
    except NotObserved:
        if not search.answers:
            raise
    return search.result()
