"""Full enumeration of suites and groups of one service: what was chosen is not offered again."""

import asyncio

from fumimori.checks.tls.facts import group_classes, is_tls13
from fumimori.checks.tls.search import LISTED_MOST, SUITES_MOST, TLS13_GROUPS, Search, suites
from fumimori.network.tls import HelloOffer

SECONDS_MOST = 150.0


async def list_everything(search: Search) -> None:
    """Suites and groups, as many as there is time for; what was not finished is not called complete."""
    try:
        async with asyncio.timeout(SECONDS_MOST):
            await list_suites(search)
            await list_groups(search)
    except TimeoutError:
        return


async def list_suites(search: Search) -> None:
    """Note every suite that the service agrees to in any version; `suites_complete` when nothing was left open.

    Finite fields are offered apart, and a hello that the service breaks off is asked again in halves: one suite that
    it cannot carry out takes none of the others with it.
    """
    tls13 = tuple(code for code, (kind, _) in search.classes.items() if is_tls13(kind))
    older = sorted((code for code, (kind, _) in search.classes.items() if _older(kind)), key=search.rank)
    finite = [code for code in older if search.is_finite(code)]
    others = [code for code in older if not search.is_finite(code)]
    asked, complete = 0, True
    for version in search.support.accepted:
        if version == "ssl2":
            continue
        for kind in (tls13,) if version == "tls1.3" else (others, finite):
            # What another version agreed to is known; this one is asked for the rest.
            left = [code for code in kind if code not in search.support.suites]
            waiting = [tuple(left[at : at + SUITES_MOST]) for at in range(0, len(left), SUITES_MOST)]
            while waiting:
                chunk = waiting.pop()
                asked += 1
                if asked > LISTED_MOST:
                    return
                groups = TLS13_GROUPS if version == "tls1.3" else ()
                answer = await search.hello(HelloOffer(highest=version, suites=chunk, groups=groups))
                if answer.version and answer.suite in chunk:
                    rest = tuple(code for code in chunk if code != answer.suite)
                    waiting += [rest] if rest else []
                elif not answer.version and await search.refuses(answer):
                    continue
                elif len(chunk) > 1 and kind is not finite:
                    half = len(chunk) // 2
                    waiting += [chunk[:half], chunk[half:]]
                else:
                    complete = False
    search.learn(suites_complete=complete)


async def list_groups(search: Search) -> None:
    """Note every group that the service agrees to; `groups_complete` when nothing was left open."""
    known = group_classes(search.rules)
    ecdhe = tuple(code for code in suites(search.rules, "modern") if "ECDHE" in search.classes[code][1])
    asked, complete = 0, True
    for version in ("tls1.3", "tls1.2"):
        if version not in search.support.accepted:
            continue
        codes = suites(search.rules, "tls13") if version == "tls1.3" else ecdhe
        left = [code for code, (kind, _) in known.items() if version == "tls1.3" or kind not in _NEW_KINDS]
        while left:
            asked += 1
            if asked > LISTED_MOST:
                return
            offer = HelloOffer(highest=version, suites=codes, groups=tuple(left), whole_flight=version != "tls1.3")
            answer = await search.hello(offer)
            if answer.group not in left:
                complete = complete and (bool(answer.version) or await search.refuses(answer))
                break
            left.remove(answer.group)
    kinds = {known[group][0] for group in search.support.groups if group in known}
    search.learn(groups_complete=complete)
    if "tls1.3" in search.support.accepted:
        search.learn(post_quantum="post_quantum" in kinds)


_NEW_KINDS = frozenset({"post_quantum", "finite", "finite_2048"})
"""Kinds of groups that TLS 1.2 does not know as such."""


def _older(kind: str) -> bool:
    return not is_tls13(kind) and kind != "not_offered"
