"""Who posts which blind: positions, debts, and what a player owes who left."""
