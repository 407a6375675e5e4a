"""From a finding to what to do: the record, file or setting to copy; pure."""
