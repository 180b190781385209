"""What an operator's commands do with a stored database."""
