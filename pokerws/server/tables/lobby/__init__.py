"""All tables of the server: opening, loading and closing them, and the list that clients see."""

from pokerws.server.tables.lobby.lobby import Lobby

__all__ = ["Lobby"]
