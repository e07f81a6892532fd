"""Comparing published survival: curves through printed figures, groups of arms, the table and the words."""
