"""Where the values of settings come from: the environment, and files."""
