"""Whole right documents from inside a server, and texts that readers once took wrongly, or too slowly."""

import hashlib
import io
import json
import zipfile

_COLLECTED = (
    "FUMIMORI-COLLECTED 1\nhost: mail.example.jp\nat: 2026-11-24T10:00:00Z\nroot: yes\n\n--- begin ssh_config\n"
    "reason: How\ncommand: sshd -T\nresult: seen\n| permitrootlogin no\n| passwordauthentication no\n"
    "--- end ssh_config\n"
    "\n--- begin states\nreason: Which\ncommand: passwd\nresult: not seen (1)\n--- end states\n"
)
_SPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def _workbook() -> bytes:
    buffer = io.BytesIO()
    sheet = (
        f'<worksheet {_SPACE}><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c>'
        '<c t="inlineStr"><is><t>mfa</t></is></c></row><row r="1048576"><c r="XFD2" t="s"><v>1</v></c>'
        '<c r="B2" s="1"><v>46329.5</v></c></row></sheetData></worksheet>'
    )
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(
            "xl/sharedStrings.xml", f"<sst {_SPACE}><si><t>email</t></si><si><t>a@b.example</t></si></sst>"
        )
        styles = f'<styleSheet {_SPACE}><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
        archive.writestr("xl/styles.xml", styles)
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
    return buffer.getvalue()


_SCUBA = {
    "MetaData": {"Tool": "ScubaGear", "DomainName": "example.jp"},
    "Results": {"AAD": [{"Controls": [{"Control ID": "MS.AAD.3.1v1", "Result": "Fail", "Requirement": "x"}]}]},
}
_TESTSSL = [{"id": "SSLv3", "ip": "mail.example.jp/192.0.2.1", "port": "25", "severity": "HIGH", "finding": "offered"}]

SEEDS: tuple[str | bytes, ...] = (
    _COLLECTED + f"sha256: {hashlib.sha256(_COLLECTED.encode()).hexdigest()}\n",
    _workbook(),
    "Include /etc/ssh/x/*.conf\nPermitRootLogin yes\nPasswordAuthentication=no\nMatch User a\n PermitRootLogin no\n",
    "==> /etc/ssh/sshd_config <==\nInclude *\nPort 22\nUsePAM yes\n==> /etc/ssh/x <==\nInclude sshd_config\nPort 2\n",
    'from="a,b",restrict ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA a@b\n',
    "256 SHA256:gGroReHhIyNYz8AnHy+/NXAVQLEoSbUCoBTr1cThb00 a@desk (ED25519)\n",
    "mail_version = 3.7.11\nmydestination = $myhostname\nmyhostname = ${mydestination}\nmynetworks = [::]/0 1::/300\n",
    "mynetworks = 0.0.0.0/0\nsmtpd_x = permit\nsmtp inet n - y - - smtpd\n  -o { smtpd_tls_security_level = may }\n",
    "# 2.3.19.1 (9b): /x/dovecot.conf\nssl = yes\nservice imap-login {\n inet_listener imap {\n port = 143\n }\n}\n",
    '# configuration file /x:\nhttp { ssl_protocols TLSv1; server { listen [::]:443 ssl; if ($a ~ "x{2}") { } } }\n',
    "actions {\n reject = 15;\n}\noptions {\n}\nratelimit {\n enabled = false;\n}\n",
    "メールアドレス,転送先,最終ログイン,権限,多要素認証\na@example.jp,b@c.example,2026年11月3日,管理者,無効\n",
    "email\tpassword\na@example.jp\thunter2\n",
    "root:x:0:0:root:/:/bin/bash\ntoor:x:0:0::/:/bin/sh\nsato:x:1000:1000::/:/bin/bash\n",
    "root L 2025-05-20 0 99999 7 -1\nsato NP 05/20/2025 0 99999 7 -1\nbin P\n",
    "Username Port From Latest\nroot **Never logged in**\nsato pts/0 192.0.2.1 Mon Jan  5 10:00:00 +0900 2026\n",
    "root:$6$salt$hash:19000:0:99999:7:::\n",
    'APT::Periodic::Update-Package-Lists "1";\nAPT::Periodic::Unattended-Upgrade "1";\n',
    "Status\n|- Number of jail:\t2\n`- Jail list:\tdovecot, sshd\n",
    "2026-08-01 /var/log/mail.log.9\n2026-08-01 /var/log/auth.log.9\n2026-11-24 /var/log/journal/1/system.journal\n",
    "2026-11-20 /var/lib/clamav/daily.cld\n",
    "2026-11-20 /var/lib/apt/lists/x_InRelease\n",
    "kept: 2026-11-20\nchanged since: 3\n",
    "invoice.exe: REJECT\ninvoice.js: -\ninvoice.iso: DISCARD\n",
    "/: crypt part disk \n/var/mail: disk\n",
    "info@example.jp\nsato@example.jp\n",
    'PRETTY_NAME="Debian GNU/Linux 12"\nNAME="Debian"\nVERSION_ID="12"\nID=debian\n',
    "ii  postfix  3.7.6-0+deb12u2 amd64 mail\nii  dovecot-core 1:2.3.19.1 amd64 mail\n",
    "Listing...\nopenssl/stable-security 3.0.17 amd64 [upgradable from: 3.0.16]\n",
    "\nkernel.x86_64  5.14.0  baseos\nObsoleting Packages\n",
    "OS Name: Microsoft Windows Server 2016\nOS Version: 10.0.14393 N/A\n [01]: KB5044277 12/31/2026\n",
    "table inet f {\n chain i {\n type filter hook input priority 0; policy drop;\n tcp dport { 22, 25 } accept\n }\n}",
    "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp --dport 22:23 -j ACCEPT\n-A INPUT -g x\nCOMMIT\n",
    "Type,Protocol,Port range,Source\nSSH,TCP,22,0.0.0.0/0\n",
    "Status: active\nDefault: deny (incoming)\n22/tcp ALLOW IN Anywhere\n",
    'LISTEN 0 128 [::]:3306 [::]:* users:(("mysqld",pid=1,fd=3))\nLISTEN 0 1 *:99999 *:*\n',
    json.dumps(_SCUBA),
    json.dumps(_TESTSSL),
    "<nmaprun><host><hostname name='a.jp'/><port portid='22'><state state='open'/></port></host></nmaprun>",
    "lynis_version=3.1\nhostname=mail\nwarning[]=A-1|text|-|\n",
    "a = $a$a$a\n" * 300 + "smtpd_x = 1\nmynetworks = ${${${$(mynetworks)}}}\n",
    '{"scanResult": ' + "[" * 2000,
)
