"""What an assessment is: records and pure rules, with no I/O, no clock and no sentence for people."""
