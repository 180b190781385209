"""What the vault has sealed in the database: it is checked and upgraded at each start."""
