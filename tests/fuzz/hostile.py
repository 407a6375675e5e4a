"""Inputs that once stopped a program like this one, froze it, or made it say what is not so; kept for good."""

import base64

TEXTS = (
    *("", " ", ".", "-", "a" * 300, "0" * 5000, "9" * 20, "²", "１２", "\0", "\r\n", "\x1b[31m", "\u202e", "\ufeff"),
    *("名", "https://[", "https://[::1", "https://host:99999/", "https://a]b/", "http://host:abc/", "//", "mailto:"),
    *("https://u:" + "a" * 1990 + "@[", "file:///etc/passwd", "https://例え.jp/%zz", "https://mx.example.jp:65536/"),
    *("host:port", "host:99999", "host:", ":25", "[::1]:25", "::1", "1.2.3.4", "999.1.1.1", "192.0.2.1/33", "::/129"),
    *("a..b", "-a.example", "xn--", "xn--a", "*.example", "a" * 64 + ".example", ".".join(["a"] * 130), "_dmarc"),
    *(
        '0 issue "; ' + "a=a" * 16 + ' b"',
        '0 iodef "mailto:x"',
        "0 0 0",
        "3 1 1 zz",
        "2 0 0 0102",
        "3 1 1 " + "ab" * 32,
    ),
    *("v=spf1 " + "a " * 60, "v=spf1 exists:%{d" + "9" * 4400 + "} -all", "v=spf1 redirect=%{d0}", "v=spf1 ip4:1/33"),
    *("v=DMARC1; p=reject; p=none", "v=DMARC1; p=none; rua=mailto:a@x.example\nevil|sh", "v=DMARC1;" + ";" * 500),
    *(
        "v=DKIM1; p=" + "A" * 4000,
        "v=DKIM1; k=rsa; p=!!!!",
        "v=DKIM1; p=",
        "version: STSv1\nmode: x" + " " * 4000 + "y",
    ),
    *("mx ESMTP SmarterMail " + "/" * 2000, "220 Cyrus POP3 v" + "1.1" * 700, "Zimbra " + "1" * 2000),
    *("SSH-2.0-" + "_" * 900, "20261332T000000Z", "2026-02-30", "0001-01-01", "31.12.2025", "=1+1", "@SUM(A1)"),
    *("+cmd|' /C calc'!A0", "{days}", "{0}", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "a b"),
    *("<svg/>", "<b>x</b>", "%s%n", "../../x", "nan", "1e400", "data:,x"),
)
"""Text as it may stand in any field."""

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" %s>%s</svg>'


def _nested(levels: int) -> bytes:
    """Each `use` draws the one before twice."""
    body = b'<defs><g id="a0"><rect width="1" height="1"/></g>'
    for level in range(1, levels):
        body += b'<g id="a%d"><use xlink:href="#a%d"/><use xlink:href="#a%d"/></g>' % (level, level - 1, level - 1)
    return SVG % (b'width="10" height="10"', body + b'</defs><use xlink:href="#a%d"/>' % (levels - 1))


LOGOS = (
    SVG % (b'viewBox="0 0 10 10" version="1.2" baseProfile="tiny-ps"', b"<title>x</title><path d='M0 0h9v9z'/>"),
    SVG % (b'width="10" height="10"', b'<rect width="9" height="9" fill="#123456"/><text x="1" y="5">x</text>'),
    SVG % (b'width="' + b"0" * 32500 + b'x"', b""),
    SVG % (b'viewBox="0 0 96 ' + b"1" * 32000 + b'x"', b""),
    SVG % (b'width="10" height="10"', b'<image xlink:href="/etc/hostname" width="9" height="9"/>'),
    SVG % (b'width="10" height="10"', b'<path d="' + b"M0 0L1 1" * 3000 + b'"/>'),
    SVG % (b'width="1e9" height="nan"', b'<g transform="rotate(1e400)"><circle r="-1"/></g>'),
    b'<?xml version="1.0" encoding="UTF-7"?>+ADw-!DOCTYPE x+AD4-' + SVG % (b"", b""),
    b'<?xml version="1.0" encoding="Shift_JIS"?><svg xmlns="http://www.w3.org/2000/svg"/>',
    b'<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><svg>&b;</svg>',
    _nested(6),
    _nested(12),
)

PNG = base64.b64decode(
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
"""One pixel."""

SETTINGS = tuple(
    b'<?xml version="1.0" encoding="%s"?><html><body>\x82\xa0</body></html>' % name
    for name in (b"Shift_JIS", b"EUC-JP", b"x-sjis", b"Windows-31J", b"UTF-16", b"UTF-7", b"foo", b"ISO-2022-JP")
)
"""Ordinary pages that declare what Japanese pages declare."""

RECORDS = (
    *(text.encode() for text in TEXTS if "=" in text or ":" in text or " " in text),
    b'0 issue "; accounturi=https://x.ex=https://x.ex=https://x.ex=https://x.ex=a b"',
    b"version: STSv1\nmode: x" + b" " * 30000 + b"y\n",
    b" v=DMARC1; p=reject",
    b"V=DMARC1; p=reject",
    b"v=BIMI1; l=https://a.example/a.svg; l=https://b.example/b.svg",
    b"v=TLSRPTv1; rua=mailto:a@b.example,https://[/",
)

GREETINGS = (
    b"mx ESMTP SmarterMail " + b"/" * 16000,
    b"PowerMTA" + b"x" * 8000 + b"/" * 8000,
    b"* OK Cyrus IMAP " + b"1.1" * 2700,
    b"Zimbra " + b"1." * 4000,
    b"220 ESMTP Dovecot (Debian) 2.3.19.1",
    b"SSH-2.0-OpenSSH_6.6.1p1 Ubuntu-2ubuntu2",
)

MAIL = (
    b"220 mx ESMTP\r\n250-mx\r\n250-PIPELINING\r\n250 STARTTLS\r\n220 Go\r\n250 x\r\n550 x\r\n221 x\r\n",
    b"220 mx ESMTP\r\n250-mx\r\n250-SIZE 9\r\n250 AUTH=LOGIN\r\n252 x\r\n250 x\r\n550 x\r\n421 x\r\n",
    b"550 5.7.1 blocked\r\n",
    b"220 mx ESMTP\r\n501 Syntactically invalid EHLO argument(s)\r\n250 mx\r\n221 x\r\n",
    b"+OK POP3 ready <1.2@x>\r\n+OK\r\nSTLS\r\nSASL PLAIN\r\nUSER\r\n.\r\n+OK Begin TLS\r\n+OK bye\r\n",
    b"* OK ready\r\n* CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN\r\nF1 OK done\r\nF2 OK begin\r\n* BYE\r\nF3 OK bye\r\n",
    b'"IMPLEMENTATION" "Dovecot"\r\n"SASL" "PLAIN"\r\n"STARTTLS"\r\nOK "ready"\r\nOK "begin TLS"\r\nOK\r\n',
    b"220-" + b"x" * 70000,
    b"220-a\r\n" * 200,
    b"220 x\r\n" + b"250-SIZE 99999999999999999999999\r\n" * 50 + b"250 x\r\n",
    "220 ２２０\r\n２５０ x\r\n".encode(),
)

HTTP = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 27\r\n\r\n<title>Roundcube</title>abc",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\nhello",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 302 Found\r\nLocation: /owa/\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 302 Found\r\nLocation: https://[::1\r\n\r\n",
    b"HTTP/1.1 302 Found\r\nLocation: http://host:99999/\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nx",
    "HTTP/1.1 200 OK\r\nContent-Length: ²\r\n\r\nx".encode(),
    b"HTTP/1.1 200\r\n" + b"a: b\r\n" * 200,
    b"ICY 200 OK\r\n\r\n",
)

LOCATIONS = (
    *(
        b"/",
        b"//",
        b"https://[::1",
        b"https://host:99999/",
        b"https://mail.example.jp/owa/",
        b"http://mail.example.jp/",
    ),
    *(
        b"https://mail.example.jp:abc/",
        b"https://a]b/",
        b"?x",
        b"#",
        b"javascript:alert(1)",
        b"\\\\x\\y",
        b"https:",
        b":",
    ),
    *(b"https://u:" + b"a" * 1990 + b"@[", b"http://mail.example.jp:99999/", b"http://mail.example.jp/" + b"a" * 3000),
    *(
        "https://ｍail.example.jp／".encode(),
        b"https://%zz/",
        b"https://mail.example.jp:0443/",
        b"http://mail.example.jp:/",
    ),
)

FRAMES = (
    bytes.fromhex("000000040000000000") + bytes.fromhex("000001010400000001") + b"\x88",
    bytes.fromhex("000001010400000001") + b"\x88" + bytes.fromhex("00000c000100000001") + bytes(12),
    bytes.fromhex("000008060000000000") + bytes(8),
    bytes.fromhex("000001000900000001") + b"\xff",
    b"\x00\x0c\x00\x01" + bytes(10),
    b"\xff\xff\xff" + bytes(60),
)

KEYS = (
    base64.b64decode(
        "MIID4wIBAzCCA5kGCSqGSIb3DQEHAaCCA4oEggOGMIIDgjCCA34GCSqGSIb3DQEHAaCCA28EggNrMIIDZzCCAowGCyqGSIb3DQEM"
        "CgEDoIICQTCCAj0GCiqGSIb3DQEJFgGgggItBIICKTCCAiUwggHKoAMCAQICFDlTYZhZ7b3SU4dsicSTB9rMGneZMAoGCCqGSM49"
        "BAMCMCoxEjAQBgNVBAoMCVRveSBUcnVzdDEUMBIGA1UEAwwLVG95IElzc3VpbmcwHhcNMjYxMDI1MDAwMDAwWhcNMjcwMTIzMDAw"
        "MDAwWjAsMRIwEAYDVQQKDAlUb3kgVHJ1c3QxFjAUBgNVBAMMDW14LmV4YW1wbGUuanAwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC"
        "AARJPXz1t4NspXRduT/4XB8+FZN9Jx0MCQlrrsKwB+bA2VF5FwV7BEetfV6xA42oVZrmzMkfFlG/KvlICnVv2uG1o4HLMIHIMAwG"
        "A1UdEwEB/wQCMAAwDgYDVR0PAQH/BAQDAgWgMBMGA1UdJQQMMAoGCCsGAQUFBwMBMB0GA1UdDgQWBBQx2JzSs2hTM0TM/dEBWGTj"
        "9CckVDAYBgNVHREEETAPgg1teC5leGFtcGxlLmpwMB8GA1UdIwQYMBaAFJz14mJGvZkFYM+l4cueGpcYOyuGMDkGCCsGAQUFBwEB"
        "BC0wKzBcBggrBgEFBQcwAoYdaHR0cDovL2NhLmV4YW1wbGUvaXNzdWluZy5kZXIwCgYIKoZIzj0EAwIDSQAwRgIhAKdIixVAmHPj"
        "tl689yO2Xpf+UC21ZyrUzLxbt7NupPv9AiEAvA0C089J0PB2x3A8QqNVsMXhCNg3W17/5PgP9P8J/soxODARBgkqhkiG9w0BCRQx"
        "BB4CAGswIwYJKoZIhvcNAQkVMRYEFB0Qo7xIdMCnCugePj7as7T9JwWBMIHUBgsqhkiG9w0BDAoBAaCBijCBhwIBADATBgcqhkjO"
        "PQIBBggqhkjOPQMBBwRtMGsCAQEEIPxJ3XiY5gs+MlBTxfU/ZGqbp4aeR63hMiSkcbY5xW6OoUQDQgAEST189beDbKV0Xbk/+Fwf"
        "PhWTfScdDAkJa67CsAfmwNlReRcFewRHrX1esQONqFWa5szJHxZRvyr5SAp1b9rhtTE4MBEGCSqGSIb3DQEJFDEEHgIAazAjBgkq"
        "hkiG9w0BCRUxFgQUHRCjvEh0wKcK6B4+PtqztP0nBYEwQTAxMA0GCWCGSAFlAwQCAQUABCC5h99fJMG0Drvh9EH8R750FkFzpIY/"
        "BButUZMYTwZZhgQK4Zeyi3sTRKwCAggA"
    ),
)
"""Key files (PKCS #12) with contents of a kind that nobody announced."""
NAMELESS = bytes.fromhex(
    "504b03041400000000000000785d8316dc8c01000000010000000000000078504b010214001400000000000000785d83"
    "16dc8c0100000001000000000000000000000000000000000000000000504b050600000000010001002e0000001f0000"
    "000000"
)
"""A ZIP archive whose only member has no name."""
