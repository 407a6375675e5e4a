"""Repairs of what the settings of OpenSSH say: as for what is seen from outside, by a file that is read first."""

from collections.abc import Callable, Mapping

from fumimori.checks.remediation.context import Context, note
from fumimori.checks.ssh import repair as ssh
from fumimori.checks.ssh_config.facts import SSH_CONFIG
from fumimori.model import Proof, Repair

_OPTIONS = {
    "kexalgorithms": "KexAlgorithms",
    "hostkeyalgorithms": "HostKeyAlgorithms",
    "ciphers": "Ciphers",
    "macs": "MACs",
}
_KINDS = {"kexalgorithms": "kex", "hostkeyalgorithms": "hostkey", "ciphers": "cipher", "macs": "mac"}


def _root(_context: Context) -> Repair:
    """No login as root, once somebody else can administer."""
    proof = Proof(command="sudo sshd -T | grep -i '^permitrootlogin '", repaired="permitrootlogin no", broken="yes")
    made = ssh.drop_in("00-root.conf", ("PermitRootLogin no",), "permitrootlogin", proof, note("ssh_root_tasks"))
    return Repair.joined([Repair(before=(note("ssh_key_works"), note("ssh_sudo_works"))), made])


def _algorithms(context: Context) -> Repair:
    """The lists of the settings without what is broken, weak or dated; lists that would be empty stay as they are."""
    facts = context.observations.facts(SSH_CONFIG, context.subject)
    grades = ssh.grades_up_to(context.finding.code.rpartition("_")[2])
    table = context.rules.tables["ssh_algorithms"].dicts()
    bad = [(row["type"], row["algorithm"]) for row in table if row["grade"] in grades]
    lines = []
    for keyword, option in _OPTIONS.items():
        names = [name for name in facts.get(keyword).split(",") if ssh.is_name(name)] if facts is not None else []
        left = [name for name in names if not ssh.graded(_KINDS[keyword], name, bad)]
        if left and len(left) < len(names):
            lines.append(f"{option} {','.join(left)}")
    if not lines:
        return Repair(snippets=ssh.newer(), risks=(note("update_restart"),))
    asked = "|".join(line.partition(" ")[0].lower() for line in lines)
    proof = Proof(command=f"sudo sshd -T | grep -Ei '^({asked}) '", repaired=lines[0].partition(" ")[2], broken="")
    return ssh.drop_in("00-algorithms.conf", tuple(lines), asked, proof, note("ssh_old_programs"))


REPAIRS: Mapping[str, Callable[[Context], Repair]] = {
    "password": ssh.keys_only,
    "empty_passwords": ssh.no_login_without,
    "root_password": _root,
    "root_password_off": _root,
    "root_keys": _root,
    "algorithms_broken": _algorithms,
    "algorithms_weak": _algorithms,
    "algorithms_dated": _algorithms,
}
