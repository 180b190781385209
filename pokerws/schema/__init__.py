"""Documents of the protocol: the JSON Schemas, the AsyncAPI file and docs/protocol.md.

They are generated from the structs in `messages` and `game`.  This package defines no messages.
`make docs` writes all files; one alone is printed by:

    python -m pokerws.schema protocol|asyncapi|json|types
"""
