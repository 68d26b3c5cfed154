"""Programs for who changes the code."""
