"""Sockets: listening limits, WebSocket framing, HTTP, TLS."""
