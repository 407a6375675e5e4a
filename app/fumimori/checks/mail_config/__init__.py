"""The settings of mail software: Postfix, Dovecot, nginx, rspamd."""
