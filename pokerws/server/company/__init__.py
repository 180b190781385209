"""What players say to each other, and what they keep about each other."""
