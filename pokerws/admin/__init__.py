"""The command `admin`: the admin commands of a running server, on the command line."""
