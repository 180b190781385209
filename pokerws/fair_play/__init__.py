"""Looks for signs of unfair play in finished hands and connections.  It does no I/O."""
