"""The tests; folders mirror the rooms of the code."""
