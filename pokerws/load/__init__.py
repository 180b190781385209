"""The load generator: players at tables of a server, for `pokerws load` and the benchmark."""
