"""Who may bet how much: legal actions, fixed limit, the opening, pots."""
