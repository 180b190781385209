"""Dependencies and limits shared by all sessions."""

from collections.abc import Mapping

import msgspec

from pokerws.messages import ClientMessage, Decoder, Limits, Wire
from pokerws.metrics import Metrics
from pokerws.server.auth.identity import Admission
from pokerws.server.auth.links import Links
from pokerws.server.auth.revocations import Revocations
from pokerws.server.clock import Clock
from pokerws.server.company.announcements import Announcements
from pokerws.server.company.chat_lines import ChatLines
from pokerws.server.company.notebooks import Notebooks
from pokerws.server.limits.limits import Caps
from pokerws.server.moderation.moderation import Moderation
from pokerws.server.sessions.elsewhere import NOWHERE, Elsewhere
from pokerws.server.sessions.heartbeats import Heartbeats
from pokerws.server.tables.cashier import Cashier
from pokerws.server.tables.hands.past_hands import PastHands
from pokerws.server.tables.lobby import Lobby
from pokerws.server.tables.presence import Presence


class SessionContext(msgspec.Struct, frozen=True):
    """The same for every session of a server; `decoders` has one for each wire format."""

    lobby: Lobby
    cashier: Cashier
    past_hands: PastHands
    admission: Admission
    clock: Clock
    revocations: Revocations
    presence: Presence
    decoders: Mapping[Wire, Decoder[ClientMessage]]
    flags: dict[str, bool]
    limits: Limits
    outbox_frames: int
    hello_timeout_s: float
    outbox_bytes: int = 1 << 20
    caps: Caps = msgspec.field(default_factory=Caps)
    token_warning_ms: int = 0
    moderation: Moderation = msgspec.field(default_factory=Moderation)
    heartbeats: Heartbeats = msgspec.field(default_factory=Heartbeats)
    links: Links = msgspec.field(default_factory=Links)
    elsewhere: Elsewhere = NOWHERE
    chat_lines: ChatLines = msgspec.field(default_factory=ChatLines)
    announcements: Announcements = msgspec.field(default_factory=Announcements)
    notebooks: Notebooks = msgspec.field(default_factory=Notebooks)
    # Whether texts are validated strictly, as the decoders validate messages.
    strict: bool = False
    metrics: Metrics = msgspec.field(default_factory=Metrics)
