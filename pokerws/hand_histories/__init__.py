"""Hand histories: hands written as text, and read back."""
