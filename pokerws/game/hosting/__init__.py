"""What the host of a table decides."""
