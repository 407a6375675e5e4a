"""Texts that parsers once read wrongly, or too slowly; by the name of the parser."""

SEEDS: dict[str, tuple[str, ...]] = {
    "caa": (
        '0 issue "; ' + "a=a" * 40 + ' b"',
        '0 issue "ca.example; a=b;"',
        '0 issue "; -a=b"',
        '0 iodef "mailto:\\"a b\\"@example.com"',
    ),
    "mta_sts": ("version: STSv1\nmode: x" + " " * 4000 + "y", "version : STSv1", "v=STSv1; ID=1", "v=STSv1;; id=1"),
    "tls_rpt": ("v=TLSRPTv1; rua = mailto:a@b.example", "v=TLSRPTv1; rua=mailto:a@b.example!10m,b"),
    "spf": (
        "v=spf1 exists:%{d" + "9" * 5000 + "}.example -all",
        "v=spf1 exists:%{d0}.example -all",
        "v=spf1 f=%{c} -all",
    ),
    "dmarc": (
        " v=DMARC1; p=reject",
        "V=DMARC1; p=reject; p=none",
        "v=DMARC1; p=none; rua=mailto:a@x.example\ncurl e|sh",
    ),
    "dkim": ("v=DKIM1; P=a; p=", "k=unknown; p=", "v=DKIM1; h=sha512; p=AAAA", "v=DKIM1; p=; garbage"),
    "bimi": ("v=BIMI1; l=https://a.example/a.svg; l=https://b.example/b.svg", "v=BIMI1; a=https://a.example/a.pem"),
    "svg": (
        '<svg xmlns="http://www.w3.org/2000/svg" width="' + "0" * 4000 + 'x" viewBox="0 0 96 ' + "1" * 4000 + 'x"/>',
    ),
    "domains": ("127.0.0.1", "x\n.com", "受付＠ｅｘａｍｐｌｅ．ｊｐ", "ｈｔｔｐｓ：／／例え。jp／"),
}
