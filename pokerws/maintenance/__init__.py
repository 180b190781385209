"""The operator's commands on a stored database."""
