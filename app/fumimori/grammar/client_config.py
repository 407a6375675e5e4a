"""The settings files that mail programs fetch automatically (`config-v1.1.xml`), read without trusting the XML."""

from fumimori.model import Record

SERVERS_MOST = 20
DEPTH_MOST = 30
TEXT_MOST = 300


class ClientServer(Record):
    """One server that the file sends people to; all untrusted text."""

    kind: str
    """`imap`, `pop3` or `smtp`."""
    host: str = ""
    port: int = 0
    socket: str = ""
    """`plain`, `SSL` or `STARTTLS`, lower case."""


class ClientConfig(Record):
    """What the file says."""

    servers: tuple[ClientServer, ...] = ()
    fault: str = ""
    """`not_xml`, `dtd` (document types are refused, bombs come with them), `not_a_config`, `too_deep` or empty."""


class _StopError(Exception):
    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


class _Reader:
    """Collects servers while the parser walks through the elements."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.text = ""
        self.fields: dict[str, str] = {}
        self.servers: list[ClientServer] = []
        self.is_config = False

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.path) >= DEPTH_MOST:
            raise _StopError("too_deep")
        self.path.append(name)
        self.text = ""
        self.is_config = self.is_config or name == "clientConfig"
        if name in ("incomingServer", "outgoingServer"):
            self.fields = {"type": attributes.get("type", "").lower()}

    def characters(self, text: str) -> None:
        if len(self.text) < TEXT_MOST:
            self.text = (self.text + text)[:TEXT_MOST]

    def end(self, name: str) -> None:
        self.path.pop()
        if name in ("hostname", "port", "socketType"):
            self.fields.setdefault(name, self.text.strip())
        if name in ("incomingServer", "outgoingServer") and len(self.servers) < SERVERS_MOST:
            port = self.fields.get("port", "")
            self.servers.append(
                ClientServer(
                    kind=self.fields.get("type", "")[:10],
                    host=self.fields.get("hostname", "").lower(),
                    port=int(port) if port.isascii() and port.isdecimal() and len(port) < 6 else 0,
                    socket=self.fields.get("socketType", "").lower(),
                )
            )
        self.text = ""

    def refuse(self, *_: object) -> None:
        raise _StopError("dtd")


def parse_client_config(text: str) -> ClientConfig:
    """The servers in `text`; whatever it holds, the result comes in linear time and nothing outside is fetched."""
    from xml.parsers import expat

    reader = _Reader()
    # The text is decoded already: what its declaration says of an encoding does not count.
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = reader.begin
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    parser.StartDoctypeDeclHandler = reader.refuse
    parser.EntityDeclHandler = reader.refuse
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)  # noqa: FBT003 - the C parser knows no names
    except _StopError as stop:
        return ClientConfig(fault=stop.fault)
    except (expat.ExpatError, ValueError, LookupError):
        return ClientConfig(fault="not_xml")
    if not reader.is_config:
        return ClientConfig(fault="not_a_config")
    return ClientConfig(servers=tuple(reader.servers))
