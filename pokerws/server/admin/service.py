"""Answers one admin command: reads it, checks the role, and carries it out."""

import re
from typing import assert_never

import msgspec
import structlog

from pokerws.game.illegal import Illegal
from pokerws.messages import Refused, RejectCode, is_printable, reject, rejection
from pokerws.server.admin import commands, reading
from pokerws.server.admin.acting import Acting
from pokerws.server.admin.auditing import audit
from pokerws.server.admin.caller import Caller, Desk
from pokerws.server.admin.commands import AnyCommand, name_of
from pokerws.server.admin.results import Done, Result
from pokerws.server.sessions.decoding import ERROR_CODES, OTHER_ERROR_CODE, id_of

_NO_COMMAND = re.compile(r"`\$\.command`|required field `command`")
# No admin code of its own: the answers are those of the players' protocol.
FAILED: RejectCode = "table_unavailable"

log = structlog.get_logger("pokerws.admin")
_decoder: msgspec.json.Decoder[AnyCommand] = msgspec.json.Decoder(AnyCommand)


async def answer(desk: Desk, caller: Caller, frame: str | bytes) -> bytes:
    """The answer to a frame: `done` with the result, or `rejected`, as for players."""
    try:
        command = read(frame)
    except Refused as refusal:
        return msgspec.json.encode(rejection(id_of(_text(frame)), refusal))
    try:
        _check(desk, caller, command)
        result = await _carry_out(desk, caller, command)
    except Illegal as refusal:
        return msgspec.json.encode(rejection(command.id, refusal))
    except Exception:
        log.exception("admin_command_failed", command=name_of(type(command)), by=caller.who)
        text = "an internal error: the server's log has it; look before you send it again"
        return msgspec.json.encode(reject(command.id, FAILED, text))
    return msgspec.json.encode(Done(command.id, desk.node, command.where, result))


def read(frame: str | bytes) -> AnyCommand:
    """The command in a frame.  Raises Refused."""
    try:
        command = _decoder.decode(frame)
    except msgspec.ValidationError as error:
        detail = str(error)
        if _NO_COMMAND.search(detail):
            known = ", ".join(map(name_of, commands.COMMANDS))
            raise Refused("unknown_type", f"`command` must be one of {known}") from error
        matching = (code for pattern, code in ERROR_CODES if pattern.search(detail))
        raise Refused(next(matching, OTHER_ERROR_CODE), detail) from error
    except (msgspec.DecodeError, UnicodeError) as error:
        raise Refused("not_json", str(error)) from error
    except RecursionError as error:
        raise Refused("not_json", "nested too deeply") from error
    if not is_printable(command.id):
        raise Refused("invalid_value", "`id` must be printable ASCII")
    return command


def _text(frame: str | bytes) -> str:
    return frame if isinstance(frame, str) else frame.decode(errors="replace")


def _check(desk: Desk, caller: Caller, command: AnyCommand) -> None:
    """Raise Refused unless the caller may do this now."""
    if caller.expires_ms is not None and caller.expires_ms <= desk.context.clock.wall_ms():
        raise Refused("token_expired")
    if not commands.may(caller.role, type(command)):
        name = name_of(type(command))
        log.warning("admin_forbidden", command=name, by=caller.who, role=caller.role)
        text = f"{name} needs the role {command.role}; yours is {caller.role}"
        raise Refused("forbidden", text)


async def _carry_out(desk: Desk, caller: Caller, command: AnyCommand) -> Result:
    acting = Acting(desk, caller)
    match command:
        case commands.Status():
            return reading.status(desk)
        case commands.Flags():
            return reading.flags(desk)
        case commands.ListTables():
            return reading.tables(desk, command)
        case commands.ShowTable():
            return reading.table(desk, command)
        case commands.ListPlayers():
            return reading.players(desk, caller, command)
        case commands.ShowPlayer():
            return await reading.player(desk, caller, command)
        case commands.ListConnections():
            return reading.connections(desk, command)
        case commands.ListSanctions():
            return reading.sanctions(desk, command)
        case commands.ShowLog():
            return await reading.log(desk, command)
        case commands.Audit():
            return await audit(desk, caller, command)
        case commands.Kick():
            return await acting.kick(command)
        case commands.Mute():
            return await acting.mute(command)
        case commands.Unmute():
            return await acting.unmute(command)
        case commands.Ban():
            return await acting.ban(command)
        case commands.Unban():
            return await acting.unban(command)
        case commands.EndSession():
            return await acting.end_session(command)
        case commands.Announce():
            return await acting.announce(command)
        case commands.Freeze():
            return await acting.freeze(command)
        case commands.Resume():
            return await acting.resume(command)
        case commands.CloseTable():
            return await acting.close_table(command)
        case commands.Adjust():
            return await acting.adjust(command)
        case commands.LogLevel():
            return await acting.log_level(command)
        case commands.Drain():
            return await acting.drain(command)
        case _:
            assert_never(command)
