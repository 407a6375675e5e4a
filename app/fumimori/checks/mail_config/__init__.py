"""How mail programs are told to work, as their settings say: Postfix, Dovecot, nginx, rspamd."""
