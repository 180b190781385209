"""Live tables: the lobby, the actors and what they publish."""
