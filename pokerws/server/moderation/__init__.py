"""What operators forbid: who is banned, muted or kicked, and whom that concerns."""
