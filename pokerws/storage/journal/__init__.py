"""The write-behind task and the changes that it writes."""
