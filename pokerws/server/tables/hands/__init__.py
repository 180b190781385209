"""Lists of finished hands, and hands of closed tables."""
