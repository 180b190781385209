"""The live side: connections, sessions, the lobby and the actors that own the tables."""
