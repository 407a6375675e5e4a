#!/bin/sh
# Fumimori collector 1, for Linux mail servers.                                    Usage:  sh collect.sh [FILE]
#
# What it does   runs the commands below, which only read, and writes what they print into ONE text file.
# What it never  reads: passwords and their hashes, private keys, mail, the history of anybody's commands.
# does           It changes nothing, sends nothing, and needs no network. Read it before you run it: it is short.
# Without root   it goes as far as it may, and the file says what could not be seen.
#
# Hand the file to Fumimori (drop it into the window). You may read it first, but do not change it: the last line
# is the SHA-256 of all lines above it.

LC_ALL=C; export LC_ALL
PATH=/usr/sbin:/sbin:/usr/bin:/bin:/usr/local/sbin:/usr/local/bin; export PATH
umask 077
host=$(hostname -f 2>/dev/null || hostname)
file=${1:-fumimori-$host.txt}
: >"$file" || exit 1
text=$(mktemp) || exit 1
trap 'rm -f "$text"' EXIT INT TERM
limited=''; command -v timeout >/dev/null 2>&1 && limited='timeout 60'

printf 'FUMIMORI-COLLECTED 1\nhost: %s\nat: %s\nroot: %s\n' \
  "$host" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$([ "$(id -u)" = 0 ] && echo yes || echo no)" >>"$file"

# hide: what looks like a password beside a setting goes, wherever it stands.
hide() {
  sed -e 's/\([Pp][Aa][Ss][Ss][A-Za-z]*\)[[:blank:]]*=.*/\1 = (left out)/' \
    -e 's/\([Ss][Ee][Cc][Rr][Ee][Tt][A-Za-z]*\)[[:blank:]]*=.*/\1 = (left out)/' \
    -e 's/\([Tt][Oo][Kk][Ee][Nn][A-Za-z]*\)[[:blank:]]*=.*/\1 = (left out)/'
}
# part NAME REASON COMMAND: one command, its reason, and what it printed; every line of that begins with "| ".
part() {
  printf '%s\n    %s\n' "$2" "$3"
  $limited sh -c "$3" >"$text" 2>/dev/null </dev/null
  code=$?
  [ -s "$text" ] && [ $code -ne 124 ] && code=0
  { printf '\n--- begin %s\nreason: %s\ncommand: %s\n' "$1" "$2" "$3"
    if [ $code -eq 0 ]; then echo 'result: seen'; else echo "result: not seen ($code)"; fi
    head -n 20000 "$text" | cut -c 1-4000 | hide | sed 's/^/| /'
    printf -- '--- end %s\n' "$1"
  } >>"$file"
}
# have PROGRAM: leave out what is not installed.
have() { command -v "$1" >/dev/null 2>&1; }

part system    'Which system, and until when it gets fixes'      'cat /etc/os-release'
have dpkg && part installed 'Versions of installed packages'     'dpkg -l'
have rpm  && part installed 'Versions of installed packages'     'rpm -qa'
have apt  && part pending   'Updates that wait (nothing is downloaded)' 'apt -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= list --upgradable'
have apt  && part package_lists 'How new the lists of updates are' '
  find /var/lib/apt/lists -maxdepth 1 -name "*Release" -printf "%TY-%Tm-%Td %p\n"'
have dnf  && part pending   'Updates that wait (nothing is downloaded)' 'dnf -C -q check-update'

have apt-config && part automatic 'Whether updates go in by themselves' 'apt-config dump | grep "^APT::Periodic::"; true'
[ -d /var/lib/clamav ] && part definitions 'How new the data of the virus filter are' '
  find /var/lib/clamav -type f -name "daily.c[lv]d" -printf "%TY-%Tm-%Td %p\n"'

have sshd && part ssh_config 'How people may log in by SSH (other settings are left out)' '
  sshd -T | grep -E "^(allow|deny)(users|groups) |^(password|kbdinteractive|pubkey)authentication |^usepam |^port |\
^permit(rootlogin|emptypasswords) |^authenticationmethods |^(ciphers|macs|kexalgorithms|hostkeyalgorithms) |^maxauthtries "'
have ssh-keygen && part ssh_keys 'Whose public keys open the server (fingerprints only)' '
  getent passwd | cut -d: -f6 | sort -u | while read -r home; do
    for keys in "$home/.ssh/authorized_keys" "$home/.ssh/authorized_keys2"; do
      [ -r "$keys" ] && echo "==> $keys <==" && ssh-keygen -l -f "$keys"
    done
  done
  [ "$(id -u)" = 0 ]'

part passwd    'Accounts of the system (no passwords, no names of people)' \
  'getent passwd | awk -F: '\''{ print $1 ":x:" $3 ":" $4 "::" $6 ":" $7 }'\'
part groups    'Who may administer the system'                   'getent group sudo wheel admin root; true'
part states    'Which accounts have a password, which are locked' 'passwd -S -a'
have lastlog && part lastlog 'When each account last logged in'  'lastlog'
have doveadm && part mailboxes 'Names of the mail accounts'      "doveadm user '*'"

# Of the mail programs only these settings are asked for, so that a password beside them is never read.
names='alias_maps compatibility_level content_filter inet_interfaces mail_version message_size_limit mynetworks
  mynetworks_style relayhost smtp_tls_security_level smtp_use_tls smtpd_client_message_rate_limit
  smtpd_client_restrictions smtpd_data_restrictions smtpd_discard_ehlo_keywords smtpd_end_of_data_restrictions
  smtpd_enforce_tls smtpd_forbid_bare_newline smtpd_helo_restrictions smtpd_milters smtpd_recipient_restrictions
  smtpd_relay_restrictions smtpd_sasl_auth_enable smtpd_sasl_security_options smtpd_sender_restrictions
  smtpd_tls_auth_only smtpd_tls_mandatory_protocols smtpd_tls_protocols smtpd_tls_security_level
  smtpd_tls_wrappermode smtpd_use_tls'
have postconf && part postfix 'Who may relay and log in, and which TLS is spoken' "postconf $(echo $names)"
have postconf && part postfix_services 'The ways in (master.cf), with the same settings only' '
  postconf -M | awk '\''$2 == "inet" && $8 == "smtpd" {
    line = $1; for (i = 2; i <= 8; i++) line = line " " $i
    for (i = 9; i <= NF; i++)
      if ($i == "-o" && $(i + 1) ~ /^(smtpd_(tls|sasl_auth|sasl_security|(client|helo|sender|relay|recipient)_restr)|mynetworks=)/)
        line = line " -o " $(i + 1)
    print line
  }'\'
have doveconf && part dovecot 'Whether people log in before encryption' '
  for name in auth_allow_cleartext auth_mechanisms disable_plaintext_auth protocols ssl ssl_min_protocol; do
    doveconf "$name"
  done'
have nginx && part nginx 'Which TLS the web server speaks (its other settings are left out)' '
  nginx -T | awk '\''/^# configuration file / { print; next }
    { gsub(/"[^"]*"|#.*/, ""); gsub(/[{};]/, "\n&\n"); count = split($0, pieces, "\n")
      for (i = 1; i <= count; i++) {
        split(pieces[i], words)
        if (pieces[i] == "{") { print head " {"; head = "" }
        else if (pieces[i] == "}") { print "}"; head = "" }
        else if (pieces[i] == ";") { if (keep) print all ";"; keep = 0; head = "" }
        else if (words[1] != "") { head = words[1]; all = pieces[i]; keep = head ~ /^(listen|server_name|ssl|ssl_protocols)$/ }
      }
    }'\'

have postmap && part attachments 'Which kinds of attachments Postfix refuses by itself' '
  for kind in exe js vbs scr iso lnk docm xlsm; do
    said=""; name="Content-Disposition: attachment; filename=\"invoice.$kind\""
    for map in $(postconf -hx mime_header_checks | tr , " "); do
      said=${said:-$(postmap -q "$name" "$map" | cut -d" " -f1)}
    done
    echo "invoice.$kind: ${said:--}"
  done'
have git && [ -d /etc/.git ] && part settings_kept 'When the settings were last put on record' '
  git --no-optional-locks -C /etc log -1 --format="kept: %cs"
  echo "changed since: $(git --no-optional-locks -C /etc status --porcelain | wc -l)"'
part log_ages 'How far back the logs of mail and logins reach (dates and names only)' '
  find /var/log -maxdepth 3 -type f -size +0 -printf "%TY-%Tm-%Td %p\n" |
    grep -E "/(mail\.log|maillog|mail\.info|auth\.log|secure|system[^/]*\.journal)[^/]*$" | sort'
have lsblk && have findmnt && part disks 'Whether the disks with mail are encrypted' '
  for place in / /home /var/mail /var/vmail; do
    [ -d $place ] && echo "$place: $(lsblk -srno TYPE "$(findmnt -nvo SOURCE -T $place)" | tr "\n" " ")"
  done'

have fail2ban-client && part guard 'Which logins are blocked after wrong passwords' 'fail2ban-client status'
have nft && part nftables 'What the firewall lets in'            'nft list ruleset'
have iptables-save && part iptables 'What the firewall lets in'  'iptables-save'
have ufw && part ufw 'What the firewall lets in'                 'ufw status verbose'
have ss && part listeners 'Which programs wait for connections'  'ss -ltnp'

if have sha256sum; then sum=$(sha256sum <"$file" | cut -c 1-64); else sum=$(openssl dgst -sha256 <"$file" | sed 's/.* //'); fi
[ ${#sum} -eq 64 ] || { echo 'The SHA-256 could not be computed; please run it again.' >&2; exit 1; }
printf 'sha256: %s\n' "$sum" >>"$file"
printf '\nWritten: %s\nNothing was sent and nothing was changed.\n' "$file"
