"""Periodic tasks of the server."""
