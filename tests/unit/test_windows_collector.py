"""The collector for Windows by its grammar: it parses, only reads, and calls nothing that is not listed here.

No PowerShell runs where these tests run, so that what is in the script is judged and not what it does.
"""

from collections.abc import Iterator
from functools import cache

import pytest
import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

from fumimori import resources

COMMANDS = {
    *(
        "Get-CimInstance",
        "Get-Command",
        "Get-LocalUser",
        "Get-Mailbox",
        "Get-MailboxStatistics",
        "Get-NetTCPConnection",
    ),
    *("Get-Process", "ForEach-Object", "Select-Object", "Sort-Object", "Where-Object", "Write-Host"),
    *("Part", "Day"),
}
"""What reads, what passes on, what prints to the screen, and the script's own two functions."""
METHODS = {
    *(
        "Add",
        "ComputeHash",
        "Create",
        "GetBytes",
        "GetCurrent",
        "GetIPGlobalProperties",
        "IsInRole",
        "ToLowerInvariant",
    ),
    *("GetUnresolvedProviderPathFromPSPath", "ToString", "Trim", "WriteAllBytes"),
}
CLASSES = {"Win32_OperatingSystem", "Win32_QuickFixEngineering"}
PROPERTIES = {
    *("Caption", "Version", "HotFixID", "InstalledOn", "LocalAddress", "LocalPort", "OwningProcess", "ProcessName"),
    *("Name", "LastLogon", "Enabled", "Guid", "PrimarySmtpAddress", "ForwardingSmtpAddress", "LastLogonTime"),
    *("InvariantCulture", "DomainName", "Administrator", "UTF8", "UtcNow", "SessionState", "Path"),
}
"""What is read of things; a description, a comment or a full name may hold a password or a person."""


@cache
def script() -> tuple[bytes, Node]:
    """The script, and its tree."""
    text = (resources.path("collect") / "collect.ps1").read_bytes()
    return text, Parser(Language(tree_sitter_powershell.language())).parse(text).root_node


def nodes(*kinds: str, inside: Node | None = None) -> Iterator[Node]:
    """All nodes of these kinds."""
    waiting = [inside or script()[1]]
    while waiting:
        node = waiting.pop()
        waiting += node.children
        if node.type in kinds or (not kinds and (node.is_error or node.is_missing)):
            yield node


def said(node: Node) -> str:
    return (node.text or b"").decode()


def test_it_parses_and_any_windows_reads_its_letters() -> None:
    text, root = script()
    assert not root.has_error, [(node.start_point, said(node)[:60]) for node in nodes()]
    assert text.isascii(), "Windows PowerShell 5.1 reads a file without a mark in the system's own code page"


def test_a_script_that_is_broken_would_be_seen() -> None:
    text, _ = script()
    assert Parser(Language(tree_sitter_powershell.language())).parse(text.replace(b"}\n", b"\n", 1)).root_node.has_error


def test_only_commands_that_read_are_called() -> None:
    called = {said(node) for node in nodes("command_name")}
    assert called == COMMANDS
    (started,) = [said(node.parent).strip() for node in nodes("command_invokation_operator") if node.parent]
    assert started == "& $Command", "nothing else is started: no program, no text as a command"


def test_only_known_methods_are_called_and_one_writes() -> None:
    direct = {
        said(member)
        for node in nodes("invokation_expression")
        for member in node.children
        if member.type == "member_name"
    }
    assert direct == METHODS
    (written,) = [said(node) for node in nodes("invokation_expression") if "Write" in said(node)]
    assert written == "[IO.File]::WriteAllBytes($target, [byte[]]($octets + $seal))"


def test_only_harmless_properties_are_read() -> None:
    read = {said(member) for node in nodes("member_access") for member in node.children if member.type == "member_name"}
    assert read == PROPERTIES
    named = {said(node) for node in nodes("generic_token") if said(node).startswith("Win32_")}
    assert named == CLASSES


def test_nothing_comes_from_outside_and_nothing_goes_there() -> None:
    kinds = {said(node) for node in nodes("type_literal")}
    assert not [kind for kind in kinds if kind.startswith("[Net.") and "IPGlobalProperties" not in kind]
    variables = {
        said(node).partition(":")[2].lower() for node in nodes("variable") if said(node).lower().startswith("$env:")
    }
    assert variables == {"computername"}


@pytest.mark.parametrize("word", ["#requires", "-Scope", "using module", "[ScriptBlock]::Create", "-EncodedCommand"])
def test_no_newer_or_hidden_way_is_taken(word: str) -> None:
    assert word.lower() not in script()[0].decode().lower()


def test_it_says_nothing_that_only_the_newer_shell_understands() -> None:
    """`&&`, `||`, `??`, `?.` and the ternary operator came with PowerShell 7; Windows Server has 5.1."""
    text = script()[0].decode()
    assert not [sign for sign in ("&&", "||", "??", "?.", "?[") if sign in text]


def test_one_command_of_exchange_at_a_time() -> None:
    """In the Exchange Management Shell a command inside the pipeline of another fails: *executed concurrently*."""
    for pipeline in nodes("pipeline"):
        names = [said(node) for node in nodes("command_name", inside=pipeline)]
        piped = [node for node in pipeline.children if node.type == "pipeline_chain" and "|" in said(node)]
        exchange = [name for name in names if name.startswith("Get-Mailbox")]
        assert not (piped and said(pipeline).lstrip().startswith("Get-Mailbox") and len(exchange) > 1), said(pipeline)
