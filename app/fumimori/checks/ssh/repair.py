"""Repairs of OpenSSH: one small file that is read first, checked before the reload, with a session kept open.

The first value that sshd reads counts (sshd_config(5)), so the file's name begins with 00.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from fumimori.checks.remediation import server
from fumimori.checks.remediation.context import Context, note
from fumimori.checks.ssh.algorithms import fits
from fumimori.checks.ssh.facts import SSH
from fumimori.model import Note, Proof, Repair, Snippet, SnippetKind

FOLDER = "/etc/ssh/sshd_config.d"
RELOAD = "sudo sshd -t && (sudo systemctl reload ssh || sudo systemctl reload sshd)"
KINDS = {"kex": "KexAlgorithms", "cipher": "Ciphers", "mac": "MACs", "hostkey": "HostKeyAlgorithms"}
_MACS = ("hmac-md5", "hmac-md5-96", "hmac-ripemd160", "hmac-sha1", "hmac-sha1-96", "umac-64")
USUAL = {
    "kex": (
        *("diffie-hellman-group1-sha1", "diffie-hellman-group14-sha1", "diffie-hellman-group-exchange-sha1"),
        "diffie-hellman-group14-sha256",
    ),
    "cipher": ("3des-cbc", "aes128-cbc", "aes192-cbc", "aes256-cbc", "blowfish-cbc", "cast128-cbc", "arcfour"),
    "mac": (*_MACS[:-1], "umac-64@openssh.com", *(f"{name}-etm@openssh.com" for name in _MACS)),
    "hostkey": ("ssh-dss", "ssh-rsa"),
}
"""Names of old algorithms that releases of OpenSSH have had among their defaults."""
_NAME = re.compile(r"[A-Za-z0-9@._+/=-]{1,64}")
"""Names of algorithms that may stand in a command (RFC 4251 section 6)."""
PASSWORDS = ("PasswordAuthentication no", "KbdInteractiveAuthentication no", "PubkeyAuthentication yes")
TERRAPIN = ("Ciphers -chacha20-poly1305@openssh.com,*-cbc", "MACs -*-etm@openssh.com")


def drop_in(name: str, lines: tuple[str, ...], asked: str, proof: Proof, *risks: Note) -> Repair:
    """A file of settings that is read before all others; `asked` are the keywords to look at afterwards, with `|`."""
    file = f"{FOLDER}/{name}"
    snippets = (
        Snippet(kind=SnippetKind.FILE, place=file, content="\n".join([*lines, ""]), note=note("ssh_first_file")),
        server.command(RELOAD, "OpenSSH"),
        server.command(f"sudo sshd -T | grep -Ei '^({asked}) '", "OpenSSH", note("ssh_effective")),
    )
    return Repair(
        before=(note("ssh_session"),),
        snippets=snippets,
        risks=risks,
        back=(note("back_delete_file", file=file, reload=RELOAD),),
        proof=(proof,),
    )


def _ssh(context: Context, options: str) -> str:
    port = f"-p {context.port} " if context.port else ""
    return f"ssh {port}{options} {context.host}"


def keys_only(context: Context) -> Repair:
    """Keys and nothing else."""
    command = _ssh(context, "-o PreferredAuthentications=password,keyboard-interactive -o PubkeyAuthentication=no")
    proof = Proof(command=command, repaired="Permission denied (publickey)", broken="password:")
    asked = "passwordauthentication|kbdinteractiveauthentication|pubkeyauthentication"
    made = drop_in("00-keys-only.conf", PASSWORDS, asked, proof, note("ssh_keys_first"))
    return Repair.joined([Repair(before=(note("ssh_key_works"),)), made])


def no_login_without(context: Context) -> Repair:
    """No login without a proof of identity."""
    command = _ssh(context, "-o PreferredAuthentications=none")
    proof = Proof(command=command, repaired="Permission denied", broken="")
    lines = ("PermitEmptyPasswords no", *PASSWORDS)
    return drop_in("00-keys-only.conf", lines, "permitemptypasswords|passwordauthentication", proof)


def _algorithms(context: Context) -> Repair:
    """Without the names that were offered and are broken, weak or dated; all that is left stays as it is."""
    facts = context.observations.facts(SSH, context.subject)
    grade = context.finding.code.rpartition("_")[2]
    table = context.rules.tables["ssh_algorithms"].dicts()
    bad = [(row["type"], row["algorithm"]) for row in table if row["grade"] in grades_up_to(grade)]
    service = facts.service if facts is not None else None
    lines, removed = [], []
    for kind, option in KINDS.items():
        offered = _offered(service, kind) if service is not None else ()
        names = [one for one in offered if is_name(one) and graded(kind, one, bad)]
        if names and len(names) < len(offered):
            # What is taken out is taken out of the defaults (sshd_config(5)), so those count too.
            usual = [one for one in USUAL[kind] if graded(kind, one, bad)]
            lines.append(f"{option} -{','.join(dict.fromkeys([*names, *usual]))}")
            removed += [(kind, name) for name in names]
    if not lines:
        return Repair(snippets=newer(), risks=(note("update_restart"),))
    kind, name = removed[0]
    flag = KINDS[kind]
    proof = Proof(
        command=_ssh(context, f"-o {flag}={name}"), repaired="Unable to negotiate", broken="Permission denied"
    )
    asked = "|".join(line.partition(" ")[0].lower() for line in lines)
    return drop_in("00-algorithms.conf", tuple(lines), asked, proof, note("ssh_old_programs"))


def is_name(untrusted: str) -> bool:
    """Whether a word may stand in a command as an algorithm's name."""
    return _NAME.fullmatch(untrusted) is not None


def graded(kind: str, name: str, bad: Sequence[tuple[str, str]]) -> bool:
    """Whether the name is among the `bad` pairs of kind and pattern."""
    return any(kind == of and fits(name, pattern) for of, pattern in bad)


def grades_up_to(grade: str) -> tuple[str, ...]:
    """The grades that are as bad or worse."""
    order = ("broken", "weak", "dated")
    return order[: order.index(grade) + 1] if grade in order else order


def _offered(service: object, kind: str) -> tuple[str, ...]:
    words = {"kex": "key_exchanges", "cipher": "ciphers", "mac": "macs", "hostkey": "host_keys"}
    found: tuple[str, ...] = getattr(service, words[kind])
    return found


def _terrapin(context: Context) -> Repair:
    """Without what the attack needs, where the software cannot be updated at once (OpenSSH 9.6 release notes)."""
    proof = Proof(
        command=_ssh(context, "-o Ciphers=chacha20-poly1305@openssh.com"),
        repaired="Unable to negotiate",
        broken="Permission denied",
    )
    made = drop_in("00-terrapin.conf", TERRAPIN, "ciphers|macs", proof, note("ssh_old_programs"))
    return Repair.joined([Repair(before=(note("ssh_update_better"),)), made])


def _host_key(context: Context) -> Repair:
    """A longer RSA key, and the Ed25519 key in addition."""
    key = "/etc/ssh/ssh_host_rsa_key"
    lines = f"sudo mv {key} {key}.before && sudo ssh-keygen -q -t rsa -b 3072 -N '' -f {key}\n{RELOAD}"
    port = f"-p {context.port} " if context.port else ""
    proof = Proof(command=f"ssh-keyscan {port}-t rsa {context.host} | ssh-keygen -lf -", repaired="3072 SHA256:")
    return Repair(
        before=(note("ssh_session"),),
        snippets=(server.command(lines, "OpenSSH"),),
        risks=(note("ssh_new_fingerprint"),),
        back=(note("back_file", file=key, copy=f"{key}.before", reload=RELOAD),),
        proof=(proof,),
    )


def _groups(_context: Context) -> Repair:
    """Without the short groups (moduli(5))."""
    file = "/etc/ssh/moduli"
    lines = f"sudo cp -pn {file} {file}.before\nawk '$5 >= 3071' {file}.before | sudo tee {file} > /dev/null\n{RELOAD}"
    proof = Proof(command=f"awk '$5 < 3071 && !/^#/' {file} | wc -l", repaired="0")
    return Repair(
        before=(note("ssh_session"),),
        snippets=(server.command(lines, "OpenSSH"),),
        back=(note("back_file", file=file, copy=f"{file}.before", reload=RELOAD),),
        proof=(proof,),
    )


def newer() -> tuple[Snippet, ...]:
    """The update of OpenSSH's package."""
    return (
        server.command("sudo apt update && sudo apt install --only-upgrade openssh-server", "Debian, Ubuntu"),
        server.command("sudo dnf upgrade openssh-server", "RHEL, AlmaLinux, Rocky Linux"),
    )


def _protocol_2(context: Context) -> Repair:
    """Protocol 2 alone (sshd_config(5) before OpenSSH 7.4, which knows no other any more)."""
    lines = "Protocol 2"
    proof = Proof(command=_ssh(context, "-v") + " 2>&1 | grep 'remote protocol version'", repaired="2.0", broken="1.99")
    snippets = (server.setting("/etc/ssh/sshd_config", lines), server.command(RELOAD, "OpenSSH"), *newer())
    back = (note("back_lines", file="/etc/ssh/sshd_config", reload=RELOAD),)
    return Repair(before=(note("ssh_session"),), snippets=snippets, back=back, proof=(proof,))


REPAIRS: Mapping[str, Callable[[Context], Repair]] = {
    "password": keys_only,
    "password_inside": keys_only,
    "keyboard_interactive": keys_only,
    "none_accepted": no_login_without,
    "algorithms_broken": _algorithms,
    "algorithms_weak": _algorithms,
    "algorithms_dated": _algorithms,
    "terrapin": _terrapin,
    "host_key_short": _host_key,
    "group_short": _groups,
    "protocol_1": _protocol_2,
    "protocol_1_too": _protocol_2,
}
