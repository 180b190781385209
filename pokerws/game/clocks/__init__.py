"""The clocks of a table: the time of a turn, time banks, disconnect protection and lag."""
