"""What the line that the measurement runs on lets out: can a computer in the office send mail by itself."""
