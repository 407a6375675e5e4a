"""Codes and values to words and rows of words, for window, report and command line alike."""
