"""Who a client is: tokens, guests, names, revocations."""
