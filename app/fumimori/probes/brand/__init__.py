"""What several looks at brands share: certificates of marks, from their text to facts."""
