"""Which accounts exist, who administers, and how they log in, as an export of the service says."""
