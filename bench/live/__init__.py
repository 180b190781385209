"""A server under load over real sockets: ours, and those that it is measured against."""
