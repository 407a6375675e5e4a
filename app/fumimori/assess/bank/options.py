"""The words of which the question bank is made: hosting groups and the usual three answers."""

from fumimori.model import Credit, Hosting, Option, Severity

P, V, R = Hosting.ON_PREMISES, Hosting.VPS, Hosting.RENTAL
G, M, W, X = Hosting.GOOGLE, Hosting.MICROSOFT, Hosting.WORKMAIL, Hosting.OTHER_HOSTED
EVERYBODY = tuple(Hosting)


def yes_partly_no(no: Severity, partly: Severity | None = None) -> tuple[Option, ...]:
    """The options *yes, partly, no*; *partly* is one step milder than *no* unless said otherwise."""
    return (
        Option(id="yes", credit=Credit.MET),
        Option(id="partly", credit=Credit.PARTLY, severity=no.one_step_lower() if partly is None else partly),
        Option(id="no", credit=Credit.NOT_MET, severity=no),
    )


def met(name: str) -> Option:
    """An answer of its own that earns everything."""
    return Option(id=name, credit=Credit.MET)


def partly(name: str, severity: Severity) -> Option:
    """An answer of its own that earns half."""
    return Option(id=name, credit=Credit.PARTLY, severity=severity)


def not_met(name: str, severity: Severity) -> Option:
    """An answer of its own that earns nothing."""
    return Option(id=name, credit=Credit.NOT_MET, severity=severity)
