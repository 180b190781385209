"""Rate limits and caps."""
