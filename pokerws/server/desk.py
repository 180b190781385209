"""What all connections of a server share."""

from collections.abc import Mapping

import msgspec

from pokerws.messages import ClientMessage, Decoder, Limits, Wire
from pokerws.metrics import Metrics
from pokerws.server.auth import Admission
from pokerws.server.bank import Bank
from pokerws.server.clock import Clock
from pokerws.server.lobby import Lobby


class Desk(msgspec.Struct, frozen=True):
    """Handed to every session; `decoders` has one for each way of writing messages."""

    lobby: Lobby
    bank: Bank
    admission: Admission
    clock: Clock
    decoders: Mapping[Wire, Decoder[ClientMessage]]
    flags: dict[str, bool]
    limits: Limits
    outbox_frames: int
    hello_timeout_s: float
    metrics: Metrics = msgspec.field(default_factory=Metrics)
