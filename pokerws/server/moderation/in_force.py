"""The sanctions in force, in memory: every check is a look-up or two."""

from collections import Counter

from pokerws.game.state import TableId
from pokerws.messages import Notice, Refused
from pokerws.server.moderation.networks import client_network
from pokerws.server.net.client_address import Network
from pokerws.storage.sanctions import Sanction, SanctionKey, SanctionKind


class InForce:
    """Sanctions by key.  An expired one does not count, and is dropped by `drop_expired`."""

    def __init__(self) -> None:
        self._sanctions: dict[SanctionKey, Sanction] = {}
        # How many address bans have networks of each version and prefix length.
        self._lengths: Counter[tuple[int, int]] = Counter()

    def __len__(self) -> int:
        return len(self._sanctions)

    def __contains__(self, key: SanctionKey) -> bool:
        return key in self._sanctions

    def put(self, sanction: Sanction) -> None:
        """Add a sanction, in place of one with the same key."""
        self.remove(sanction.key)
        self._sanctions[sanction.key] = sanction
        if sanction.kind == "address_ban" and (network := client_network(sanction.target)):
            self._lengths[network.version, network.prefixlen] += 1

    def remove(self, key: SanctionKey) -> None:
        """Remove a sanction, if there is one."""
        removed = self._sanctions.pop(key, None)
        if removed is None or removed.kind != "address_ban":
            return
        if network := client_network(removed.target):
            self._lengths[network.version, network.prefixlen] -= 1

    def drop_expired(self, now_ms: int) -> None:
        """Drop expired sanctions, to free memory."""
        for key in [key for key, one in self._sanctions.items() if one.until_ms <= now_ms]:
            self.remove(key)

    def all(self, now_ms: int) -> list[Sanction]:
        """The sanctions in force, newest first."""
        # Of those imposed at the same time the one that was put last is the newest.
        newest = reversed(self._sanctions.values())
        held = [one for one in newest if one.until_ms > now_ms]
        return sorted(held, key=lambda one: -one.at_ms)

    def on_player(
        self, kind: SanctionKind, player: str, now_ms: int, table: str = ""
    ) -> Sanction | None:
        """The sanction of a kind on a player, and for a kick at a table."""
        sanction = self._sanctions.get((kind, player, table))
        return None if sanction is None or sanction.until_ms <= now_ms else sanction

    def on_address(self, network: Network | None, now_ms: int) -> Sanction | None:
        """A ban of the network, or of a wider one that contains it."""
        if network is None:
            return None
        for (version, length), count in self._lengths.items():
            if not count or version != network.version or length > network.prefixlen:
                continue
            sanction = self.on_player(
                "address_ban", str(network.supernet(new_prefix=length)), now_ms
            )
            if sanction is not None:
                return sanction
        return None


def refusal_of(sanction: Sanction) -> Refused:
    """The refusal of what a sanction forbids: `banned`, `muted`, `kicked` or `bad_token`."""
    text = told(sanction)
    match sanction.kind:
        case "mute":
            return Refused("muted", text, until_ms=sanction.until_ms)
        case "kick":
            return Refused("kicked", text, until_ms=sanction.until_ms)
        case "end_session":
            return Refused("bad_token", text)
        case "ban" | "address_ban" | "freeze":
            # A freeze is on a table, and refuses no player anything.
            return Refused("banned", text, until_ms=sanction.until_ms)


def notice_of(sanction: Sanction) -> Notice:
    """The notice of a sanction to a player who is connected: `banned`, `muted` or `kicked`."""
    text, until_ms = told(sanction), sanction.until_ms
    match sanction.kind:
        case "mute":
            return Notice("muted", text, until_ms=until_ms)
        case "kick":
            return Notice("kicked", text, TableId(sanction.table), until_ms)
        case _:
            return Notice("banned", text, until_ms=until_ms)


def told(sanction: Sanction) -> str:
    """What a player is told about a sanction, without its end."""
    text = _TOLD[sanction.kind]
    return f"{text}: {sanction.reason}" if sanction.reason else text


_TOLD = {
    "ban": "you are banned from this server",
    "address_ban": "your address is banned from this server",
    "mute": "you may not chat",
    "kick": "an operator removed you from this table",
    "end_session": "the session was ended by an operator",
    "freeze": "an operator has stopped this table",
}
