"""Servers under load over real sockets: ours, and those that it is compared with."""
