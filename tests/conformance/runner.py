"""Runs a session of the kit with the Python client's view of tables."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import msgspec

from pokerws.client.link import Link, Unknown
from pokerws.client.reconnect import Backoff
from pokerws.client.table_view import TableView
from pokerws.client.watches import Watches
from pokerws.game.state import PlayerId, TableId
from pokerws.messages import (
    Accepted,
    ClientMessage,
    Events,
    Limits,
    ServerMessage,
    Snapshot,
    Watch,
    Welcome,
    server_decoder,
)
from pokerws.messages.state_hash import state_hash

_decode = server_decoder().decode
_decode_unknown = msgspec.json.Decoder(Unknown).decode


class _Asked:
    """Stands for the link of a client, and keeps what it is told to send."""

    def __init__(self) -> None:
        self.watches: list[Watch] = []

    def new_id(self) -> str:
        return f"own-{len(self.watches)}"

    def tell(self, message: ClientMessage) -> None:
        assert isinstance(message, Watch), message
        self.watches.append(message)


class Run:
    """One session."""

    def __init__(self, path: Path) -> None:
        self.about, *self.steps = map(json.loads, path.read_text(encoding="utf-8").splitlines())
        self.player = PlayerId(self.about["player"])
        self.table = TableId(self.about["table"])
        self._link = _Asked()
        self._watches = Watches(cast(Link, self._link), Backoff())
        self._opening: asyncio.Future[TableView] | None = None

    async def faults(self) -> Iterator[str]:
        """What the client did otherwise than the session says, up to the first difference."""
        for number, step in enumerate(self.steps, 2):
            self._link.watches.clear()
            await self._take(step)
            if fault := self._fault(step["then"]):
                return iter([f"{self.about['session']}, line {number}: {fault}"])
        return iter([])

    async def _take(self, step: dict[str, Any]) -> None:
        if "connect" not in step:
            self._receive(json.dumps(step["in"]).encode())
            return
        limits = Limits(max_message_bytes=4096)
        self._watches.connected(Welcome("h", self.player, "Ann", "player", 1, 0, {}, limits, []))
        if self._opening is None:
            self._opening = asyncio.ensure_future(self._watches.open(self.table, None))
            await asyncio.sleep(0)  # Lets it ask.

    def _receive(self, frame: bytes) -> None:
        message: ServerMessage | Unknown
        try:
            message = _decode(frame)
        except msgspec.DecodeError:
            message = _decode_unknown(frame)
        match message:
            case Accepted():
                self._watches.accepted(msgspec.structs.replace(message, id=self._asked_id))
            case Snapshot():
                self._watches.take_snapshot(message)
            case Events():
                self._watches.take_events(message)
            case Unknown(type="events", table=str(table)):
                self._watches.miss(TableId(table), "unknown event")
            case _:
                pass

    @property
    def _asked_id(self) -> str:
        """The id of the latest `watch`; the session has that of another client."""
        return next(reversed(self._watches._asked), "")

    def _fault(self, then: dict[str, Any]) -> str | None:
        """How the client differs from what a step says."""
        asked = [
            {"after_seq": watch.after_seq, "epoch": watch.epoch}
            if watch.after_seq is not None
            else {}
            for watch in self._link.watches
        ]
        expected = [then["watch"]] if "watch" in then else []
        if asked != expected:
            return f"asked for {asked}, not {expected}"
        if "seq" not in then:
            return None
        view = self._watches.views.get(self.table)
        if view is None:
            return "there is no state"
        known = {
            "epoch": view.epoch,
            "seq": view.seq,
            "state_hash": state_hash(view.table, self.player),
        }
        if "state" in then:
            # Fields with their default may be there or not.
            whole = {**msgspec.to_builtins(view.table), **then["state"]}
            if msgspec.convert(whole, type(view.table)) != view.table:
                return f"the state is {msgspec.json.encode(view.table).decode()}"
        expected_known = {name: then[name] for name in known}
        return None if known == expected_known else f"knows {known}, not {expected_known}"
