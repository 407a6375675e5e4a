"""Whether strangers can send mail to strangers through the server, tried with an envelope and never with a mail."""
