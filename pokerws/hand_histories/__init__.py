"""Hand histories: writes hands as text, and reads them back."""
