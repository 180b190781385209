"""The messages with which a guest goes on playing on another device."""

from typing import Annotated

from msgspec import Meta

from pokerws.messages.fields import CommandId, Message

LinkCode = Annotated[str, Meta(min_length=1, max_length=64)]


class CreateLink(Message, frozen=True, tag="create_link"):
    """Request a code that brings this player to another device, with name, chips and seat.

    `hello` of the other device has it as `code`.  It is valid once, and for five minutes; a newer
    one replaces it.  Without `keep`, the session that asks for it ends when the code is used, as by
    `logout`.  Links are for guests: other players sign in with a token of the login service.
    """

    id: CommandId
    keep: bool = True


class Link(Message, frozen=True, tag="link"):
    """The answer to `create_link`.  Anybody with the code can play as this player."""

    id: str
    code: str
    expires_ms: int
