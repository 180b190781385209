"""Authentication: tokens, guests, names, revocations."""
