"""The messages of company at a table: reactions, mutes, notes, watchers, and the latest chat."""

from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct

from pokerws.game.state import PlayerId, TableId
from pokerws.messages.fields import CommandId, Message, TableRef
from pokerws.messages.moderation import PageNumber, PlayerRef

MAX_NOTE_LENGTH = 300

NoteText = Annotated[str, Meta(max_length=MAX_NOTE_LENGTH)]
NoteColour = Literal["", "red", "orange", "yellow", "green", "blue", "purple"]
ReactionName = Literal[
    "nice_hand", "well_played", "good_luck", "thanks", "laugh", "cry", "wow", "angry", "hurry_up"
]
NOTE_COLOURS: tuple[str, ...] = get_args(NoteColour)


class React(Message, frozen=True, tag="react"):
    """Show a quick reaction to all viewers of a table.  The player must watch it too."""

    id: CommandId
    table: TableRef
    reaction: ReactionName


class MutePlayer(Message, frozen=True, tag="mute_player"):
    """Stop receiving chat and reactions of a player at all tables, or receive them again.

    The mute is stored with the account, and the muted player does not learn of it.
    """

    id: CommandId
    player: PlayerRef
    on: bool = True


class SetNote(Message, frozen=True, tag="set_note"):
    """Store a private note about a player with the account, in place of an earlier one.

    A note with neither text nor colour is erased.
    """

    id: CommandId
    player: PlayerRef
    text: NoteText = ""
    colour: NoteColour = ""


class GetNotes(Message, frozen=True, tag="get_notes"):
    """Request the player's notes and mutes."""

    id: CommandId
    page: PageNumber = 0


class ListWatchers(Message, frozen=True, tag="list_watchers"):
    """Request who watches a table without a seat there."""

    id: CommandId
    table: TableRef


class NoteEntry(Struct, frozen=True, omit_defaults=True):
    """A player's note about another one, and whether the other one is muted."""

    player: PlayerId
    text: str = ""
    colour: str = ""
    muted: bool = False


class Notes(Message, frozen=True, tag="notes"):
    """The answer to `get_notes`: notes by player, of page `page` of `pages`."""

    id: str
    page: int
    pages: int
    notes: list[NoteEntry]


class Watchers(Message, frozen=True, tag="watchers"):
    """The answer to `list_watchers`.

    `count` is the number of players who watch the table without a seat there.  `names` has at most
    200 of their names, and none if watchers are anonymous.
    """

    id: str
    table: TableId
    count: int
    names: list[str]


class ReactionShown(Message, frozen=True, tag="reaction"):
    """A player's quick reaction at a table.  It is not kept, and a slow client may miss it."""

    table: TableId
    player: PlayerId
    name: str
    reaction: str
    at_ms: int


class ChatLine(Struct, frozen=True):
    """A chat message of the past; the fields are those of `chat`."""

    player: PlayerId
    name: str
    text: str
    at_ms: int


class ChatHistory(Message, frozen=True, tag="chat_history"):
    """The latest chat messages of a table, at most 200, oldest first.

    It follows the answer to `watch` if there are any, and replaces those that the client has.  The
    server keeps them in memory: a restart forgets them.
    """

    table: TableId
    lines: list[ChatLine]
