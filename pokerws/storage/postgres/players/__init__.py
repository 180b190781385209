"""Links to other devices, and notes of players."""
