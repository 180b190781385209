"""Decisions of a table's host."""

"""What the host of a table may do: requests for seats, kicks, pauses, changes and the bank."""
