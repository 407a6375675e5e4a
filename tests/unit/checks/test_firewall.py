"""A server's own firewall: what is open is told only where the rules leave no doubt."""

import subprocess

import pytest

from fumimori.grammar.firewall import holds_port, parse_nft
from loopback.documents import outcomes_of, problem_of, words_of

NFT = """table inet filter {{
	chain input {{
		type filter hook input priority filter; policy {0};
		ct state established,related accept
		iif "lo" accept
		{1}
	}}
	chain forward {{
		type filter hook forward priority filter; policy accept;
		{2}
	}}
}}
"""
IPTABLES = "*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n*filter\n:INPUT {0} [0:0]\n:FORWARD ACCEPT [0:0]\n{1}\nCOMMIT\n"
UFW = "Status: active\nDefault: {0} (incoming), allow (outgoing)\n\nTo  Action  From\n--  ------  ----\n{1}\n"
SS = 'State  Recv-Q Send-Q Local Address:Port\nLISTEN 0 128 {0} 0.0.0.0:* users:(("{1}",pid=1,fd=3))\n'


def nft(policy="drop", rule="", forward=""):
    return NFT.format(policy, rule, forward)


def words(*texts):
    """What the lists say, without what follows from a closed firewall and from listeners that belong there."""
    return words_of("firewall", *texts) - {"admin_limited", "only_needed"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (nft(), {"input_closed"}),
        (nft("accept"), {"input_open"}),
        (nft("accept", "counter packets 3 bytes 180 drop"), {"input_closed"}),
        (nft("accept", "jump other"), set()),
        (nft(rule="tcp dport 22 accept"), {"input_closed", "admin_open"}),
        (nft(rule="tcp dport { 25, 22 } ct state new accept"), {"input_closed", "admin_open"}),
        (nft(rule="ip saddr 192.0.2.0/24 tcp dport 22 accept"), {"input_closed"}),
        (nft(rule='iifname "wg0" tcp dport 22 accept'), {"input_closed"}),
        (nft(rule="tcp dport != 22 accept"), {"input_closed"}),
        (nft(forward='oifname "eth0" tcp dport 25 reject'), {"input_closed", "egress_closed"}),
        (IPTABLES.format("DROP", "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT"), {"input_closed", "admin_open"}),
        (IPTABLES.format("DROP", "-A INPUT -s 192.0.2.1/32 -p tcp -m tcp --dport 22 -j ACCEPT"), {"input_closed"}),
        (IPTABLES.format("ACCEPT", "-A INPUT -j REJECT --reject-with icmp-port-unreachable"), {"input_closed"}),
        (IPTABLES.format("ACCEPT", "-A INPUT -j f2b-sshd"), set()),
        (IPTABLES.format("ACCEPT", ""), {"input_open"}),
        (IPTABLES.format("DROP", "-A FORWARD -p tcp --dport 25 -j DROP"), {"input_closed", "egress_closed"}),
        (UFW.format("deny", "22/tcp  ALLOW IN  Anywhere"), {"input_closed", "admin_open"}),
        (UFW.format("deny", "22/tcp  ALLOW IN  192.0.2.1"), {"input_closed"}),
        (UFW.format("allow", ""), {"input_open"}),
        ("Status: inactive\n", {"input_open"}),
        (SS.partition("\n")[0] + "\n", set()),
        (SS.format("127.0.0.1:3306", "mysqld"), set()),
        (SS.format("0.0.0.0:25", "master"), {"listens"}),
        (SS.format("*:3306", "mysqld"), {"listens", "danger_listens"}),
        (SS.format("0.0.0.0:445", "System"), {"listens"}),
    ],
)
def test_what_a_list_means(text, expected):
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Type,Protocol,Port range,Source\nSSH,TCP,22,0.0.0.0/0\nSMTP,TCP,25,0.0.0.0/0\n", {"admin_open"}),
        ("Type,Protocol,Port range,Source\nSSH,TCP,22,192.0.2.1/32\n", set()),
        (
            "プロトコル,送信元ネットワーク,送信元ポート,宛先ポート,アクション\ntcp,,,3306,許可\ntcp,,,5432,拒否\n",
            {"danger_allowed"},
        ),
        ("direction,port,remote,action\noutbound,3306,any,allow\ninbound,3389-3390,Any,Allow\n", {"admin_open"}),
    ],
)
def test_a_packet_filter_of_a_provider(text, expected):
    assert words(text) == expected
    assert words(text.encode("cp932")) == expected
    # what is in front of the server says nothing about the server's own firewall
    assert words(text, nft()) == expected | {"input_closed"}


def test_lists_of_one_server_count_together():
    mysql = SS.format("[::]:3306", "mysqld")
    assert words(nft(), mysql) == {"input_closed", "listens"}
    open_rule = nft(rule="tcp dport 3306 accept")
    assert words(open_rule, mysql) == {"input_closed", "listens", "danger_listens", "danger_allowed"}
    assert words(nft("accept"), mysql) == {"input_open", "listens", "danger_listens"}
    # ufw says more clearly what its chains of nftables mean
    assert words(nft("accept"), UFW.format("deny", "")) == {"input_closed"}
    assert words(nft(), "Status: inactive\n") == {"input_closed"}


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([nft(rule="ip saddr 192.0.2.0/24 tcp dport 22 accept")], {"admin_limited"}),
        ([nft(rule="tcp dport 22 accept")], set()),
        ([nft("accept")], set()),
        ([nft(rule="accept")], set()),
        ([SS.format("0.0.0.0:25", "master")], {"only_needed"}),
        ([SS.format("0.0.0.0:631", "cupsd")], set()),
        ([SS.format("127.0.0.1:25", "master")], set()),
    ],
)
def test_what_is_limited_to_agreed_places_and_to_what_is_needed(texts, expected):
    assert words_of("firewall", *texts) & {"admin_limited", "only_needed"} == expected


def test_a_rule_that_lets_in_everything_closes_nothing():
    assert words(nft(rule="accept")) == set()


def test_ports_of_a_rule():
    assert holds_port("20-23,80", 22)
    assert holds_port("ssh", 22, "ssh")
    assert holds_port("", 22)
    assert not holds_port("220", 22)
    assert not holds_port("a-b,-", 22)


def test_a_table_without_base_chains_is_no_firewall():
    assert parse_nft("table ip x {\n chain y {\n tcp dport 22 accept\n }\n}\n").chains == ()


def test_other_texts_are_not_taken():
    assert problem_of("The firewall is on. Status: active\n") == "not_recognised"


def printed(*commands):
    """What the commands print in a network of their own, where rules harm nobody."""
    line = ["/usr/bin/unshare", "-rn", "sh", "-ec", "\n".join(commands)]
    path = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    return subprocess.run(line, check=True, capture_output=True, text=True, env=path).stdout


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("tcp dport 22 accept", {"input_closed", "admin_open"}),
        ("ip saddr 192.0.2.0/24 tcp dport { 22, 3306 } accept", {"input_closed"}),
        ("tcp dport { 25, 3306 } ct state new counter accept", {"input_closed", "danger_allowed"}),
    ],
)
def test_the_real_nftables_prints_what_is_read(rule, expected):
    given = nft(rule=rule).replace("\t", " ")
    assert words(printed(f"echo '{given}' | nft -f -", "nft list ruleset")) == expected


def test_the_real_iptables_prints_what_is_read():
    closed = ("iptables -P INPUT DROP", "iptables -A INPUT -i lo -j ACCEPT")
    ssh = "iptables -A INPUT -p tcp --dport 22 -m conntrack --ctstate NEW -j ACCEPT"
    egress = "iptables -A FORWARD -p tcp --dport 25 -j REJECT"
    assert words(printed(*closed, ssh, "iptables-save")) == {"input_closed", "admin_open"}
    assert words(printed(*closed, egress, "iptables-save")) == {"input_closed", "egress_closed"}
    assert words(printed("iptables -A INPUT -j ACCEPT", "iptables-save")) == {"input_open"}


def test_the_real_program_prints_what_is_read():
    printed = subprocess.run(["ss", "-ltnp"], check=True, capture_output=True, text=True).stdout
    if "LISTEN" in printed:
        assert all(outcome.subject for outcome in outcomes_of(printed).values())
    else:
        assert problem_of(printed) == "not_recognised"
