"""Optional rules of a home game: rake, rabbit hunts, bonuses, votes and sessions.  Pure."""
