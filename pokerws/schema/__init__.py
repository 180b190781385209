"""The protocol, described: JSON Schemas, the AsyncAPI file and the protocol document.

All of them are made from the structs in `messages` and `game`; nothing here says what a message is.
`make docs` writes the files; each alone:

    python -m pokerws.schema protocol|asyncapi|json|types
"""
