"""What is kept for players, besides chips and names: links to other devices, and notes."""
