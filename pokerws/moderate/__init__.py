"""The command `moderate`: an operator's actions on the running server."""
