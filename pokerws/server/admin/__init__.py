"""The admin commands: one list of them, and the ways in which operators reach it.

`commands` is the list, from which the command line, the page and the document are made.  Nothing of
this room is imported by a server without ADMIN_SOCKET and ADMIN_PORT.
"""
