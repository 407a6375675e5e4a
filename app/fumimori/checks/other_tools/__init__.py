"""What other tools found out elsewhere, marked as theirs."""
