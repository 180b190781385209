"""Each command gets the refusals that the document lists for it, and no others."""

import json
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

import pytest
import pytest_asyncio
from msgspec.structs import replace

from pokerws.game.state import PlayerId
from pokerws.messages import JSON, REJECT_CODES, AddBot, ClientMessage, Hello, Message
from pokerws.schema.examples import EXAMPLES
from pokerws.schema.refused import (
    FOR_ALL_ROLES,
    OF_FRAMES,
    OF_HANDLERS,
    codes_from_elsewhere,
    codes_of,
    codes_of_all,
)
from pokerws.schema.schemas import CLIENT_MESSAGES, tag_of
from pokerws.server.auth.identity import FORBIDDEN, MODERATING
from tests.server.protocol.moderation import operator
from tests.server.protocol.raised_codes import codes_of as raised_by
from tests.server.protocol.refusals import ANN, REMEMBERED, SHOWN, Shown
from tests.server.protocol.servers import Servers, token
from tests.server.protocol.transcript_player import Scene, Speaker

# What is read from the source, and cannot happen.
NEVER: dict[str, tuple[str, ...]] = {
    # Only commands that move chips wait for the accounts.
    **dict.fromkeys(
        (
            *"act sit_out sit_in show straddle run_it choose_game use_time_bank add_bot".split(),
            *"vote_bomb_pot rabbit_hunt auto_muck".split(),
            *"host_unban host_mute pause_table resume_table change_table hand_over".split(),
            *"renew_link approve_seat deny_seat".split(),
            *"post_blind stay auto_chips leave_waiting_list".split(),
        ),
        ("bank_unavailable",),
    ),
    # Each of these looks for some kinds of sanctions alone.
    "chat": ("bad_token", "banned", "kicked"),
    "react": ("bad_token", "banned", "kicked"),
    # It is answered during a pause too.
    "list_watchers": ("paused",),
    "hello": ("kicked", "muted"),
    # A banned player's connections are closed at once.
    "sit": ("bad_token", "banned", "muted"),
    # Only a bot with a seat that it does not leave yet is stood up.
    "remove_bot": ("not_seated", "already_leaving"),
    # It asks the host for a seat only where that is not refused.
    "join_waiting_list": (
        *("bad_token", "banned", "muted", "bank_unavailable"),
        *("already_requested", "list_full"),
    ),
    # A player whose name cannot be found is shown by id.  Without a database, the look for the
    # table fails before that for its log.
    "get_ledger": ("names_unavailable", "log_unavailable"),
    # It has no cards.
    "pre_act": ("cards_not_allowed",),
    # A closed table has no seats, so that `not_seated` comes first.  An operator needs no host.
    "kick": ("table_closed", "not_host"),
}

# A value for each field that a command needs.
NEEDED: dict[str, Any] = {
    "table": "t",
    "name": "Two",
    "config": {},
    "buy_in": 2_000,
    "turn": 1,
    "action": "fold",
    "hand": 1,
    "on": True,
    "times": 1,
    "variant": "NT",
    "amount": 1,
    "text": "Hi",
    "player": "p_00",
    "minutes": 60,
    "style": "calling_station",
    "reaction": "wow",
}
# Changes of a valid message, and the code that each brings.
MALFORMED: dict[str, dict[str, Any]] = {
    "missing_field": {"id": None},
    "unknown_field": {"loud": True},
    "wrong_type": {"id": 7},
    "out_of_range": {"id": ""},
    "invalid_value": {"id": "é"},
}
Pair = tuple[str, str]


def valid(command: type[Message], **changes: Any) -> str:
    """A valid message, with changes; a field that is None is left out."""
    fields = {name: NEEDED[name] for name in command.__struct_fields__ if name in NEEDED}
    if command is AddBot:
        fields["name"] = "Euler"
    message = {"type": tag_of(command), "id": "1", **fields, **changes}
    return json.dumps({name: value for name, value in message.items() if value is not None})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Servers]:
    with pytest.MonkeyPatch.context() as patch:
        servers = Servers(tmp_path_factory.mktemp("refusals"), patch)
        yield servers
        await servers.stop()


# ---- the lists


@pytest.mark.parametrize("command", CLIENT_MESSAGES, ids=tag_of)
def test_the_list_of_a_command_has_what_its_handler_can_raise(command: type[Message]) -> None:
    never = set(NEVER.get(tag_of(command), ()))
    raised = {one.code for one in raised_by(command)}  # type: ignore[arg-type]
    listed = set(OF_HANDLERS.get(command, ()))
    assert never <= raised, "an exception that is not needed"
    others = codes_of_all(command) | (codes_from_elsewhere(command) - listed)
    assert raised - never - others == listed - others


def test_the_lists_have_each_code_and_the_roles_that_may_send_a_command() -> None:
    listed = {code for command in CLIENT_MESSAGES for code in codes_of(command)}
    assert listed | OF_FRAMES == set(REJECT_CODES)
    assert not listed & OF_FRAMES
    forbidden = set().union(*FORBIDDEN.values())
    assert set(CLIENT_MESSAGES) - forbidden == FOR_ALL_ROLES


def test_each_refusal_that_is_listed_for_a_command_is_shown_by_a_server() -> None:
    examples = {
        (tag_of(type(example.sent)), code)
        for code, example in EXAMPLES.items()
        if isinstance(example.sent, Message)
    }
    shown = {(tag_of(type(said)), one.code) for one in SHOWN for said in one.said}
    shown |= {(tag_of(type(said)), "id_conflict") for said in REMEMBERED}
    of_all = {(tag_of(one), code) for one in CLIENT_MESSAGES for code in codes_of_all(one)}
    # tests/server/relays/test_relays.py gets these.
    of_all |= {
        (tag_of(one), code)
        for one in CLIENT_MESSAGES
        for code in codes_from_elsewhere(one) - OF_HANDLERS.get(one, frozenset())
    }
    listed = {(tag_of(one), code) for one in CLIENT_MESSAGES for code in codes_of(one)}
    raw = {pair for pair in examples if pair[1] in OF_FRAMES}
    assert listed - examples - of_all - shown == set()
    assert shown | examples - raw <= listed


# ---- what a server does


async def answers(speaker: Speaker, frames: Iterable[str]) -> list[dict[str, Any]]:
    """The answers to frames that are answered at once, in order."""
    found = []
    for frame in frames:
        await speaker.say(frame)
        found.append(await speaker.hear())
    return found


@pytest.mark.asyncio(loop_scope="module")
async def test_every_command_can_be_malformed_and_come_before_hello(servers: Servers) -> None:
    scene = Scene(servers)
    scene.server = "lax"
    said = [
        (command, code, valid(command, **changes))
        for command in CLIENT_MESSAGES
        for code, changes in MALFORMED.items()
    ]
    said += [(one, "hello_first", valid(one)) for one in CLIENT_MESSAGES if one is not Hello]
    async with scene.ends:
        heard = await answers(await scene.open(), [frame for _, _, frame in said])
    assert [one["code"] for one in heard] == [code for _, code, _ in said]
    for (command, code, _), answer in zip(said, heard, strict=True):
        assert code in codes_of_all(command)
        assert answer["category"] == "invalid"
        field = {"unknown_field": "loud", "hello_first": None}.get(code, "id")
        assert answer["details"].get("field") == field
    out_of_range = next(one for one in heard if one["code"] == "out_of_range")
    assert out_of_range["details"].items() >= {"min": 1, "max": 64}.items()


@pytest.mark.asyncio(loop_scope="module")
async def test_every_command_can_come_too_fast(servers: Servers) -> None:
    scene = Scene(servers)
    scene.server = "slow"
    async with scene.ends:
        speaker = await scene.open()
        await answers(speaker, ['{"type":"ping","id":"1"}'])
        heard = await answers(speaker, map(valid, CLIENT_MESSAGES))
    limit = {"limit": 1, "over_ms": 3_600_000, "scope": "connection", "counts": "commands"}
    assert [(one["code"], one["details"]) for one in heard] == [("too_fast", limit)] * len(heard)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_command_is_forbidden_to_the_roles_that_may_not_send_it(servers: Servers) -> None:
    scene = Scene(servers)
    scene.server = "tokens"
    async with scene.ends:
        spectator = await scene.open()
        await spectator.do("hello", token=token("sam", "Sam", role="spectator"))
        for role, speaker in (("spectator", spectator), ("operator", await operator(scene))):
            those = sorted(FORBIDDEN[role], key=tag_of)  # type: ignore[index]
            heard = await answers(speaker, map(valid, those))
            assert [one["code"] for one in heard] == ["forbidden"] * len(those)
    forbidden = FORBIDDEN["spectator"] | FORBIDDEN["operator"]
    assert forbidden == set(CLIENT_MESSAGES) - FOR_ALL_ROLES


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.timeout(20)
@pytest.mark.parametrize("one", SHOWN, ids=lambda one: f"{one.code}-{len(one.said)}")
async def test_commands_are_refused_as_listed(servers: Servers, one: Shown) -> None:
    scene = Scene(servers)
    scene.server = one.server or scene.server
    async with scene.ends:
        await one.bring(scene)
        scene.stands_for[ANN] = scene.client.welcome.get("player", PlayerId(ANN))
        by_operator = [said for said in one.said if type(said) in MODERATING]
        by_client = [said for said in one.said if type(said) not in MODERATING]
        speakers = [(scene.client, by_client)]
        if by_operator and not scene.client.welcome["player"].startswith("operator:"):
            speakers.append((await operator(scene), by_operator))
        codes = await refusals(scene, speakers)
    assert codes == {tag_of(type(said)): one.code for said in one.said}


async def refusals(
    scene: Scene, speakers: Sequence[tuple[Speaker, Sequence[ClientMessage]]]
) -> dict[str, str]:
    """The codes of the answers, by command.  All is said before what is held is let go."""
    found: dict[str, str] = {}
    waiting: list[tuple[Speaker, dict[str, str]]] = []
    for speaker, said in speakers:
        ids = {f"said-{number}": tag_of(type(one)) for number, one in enumerate(said)}
        for id, one in zip(ids, said, strict=True):
            text = JSON.encode(replace(one, id=id)).decode()
            for there, here in scene.stands_for.items():
                text = text.replace(there, here)
            await speaker.say(text)
        await speaker.say('{"type":"ping","id":"all"}')
        while (heard := await speaker.hear()).get("id") != "all":
            found |= _code_of(heard, ids)
        waiting.append((speaker, ids))
    if scene.after_saying is not None:
        await scene.after_saying()
    for speaker, ids in waiting:
        while ids:
            found |= _code_of(await speaker.hear(), ids)
    return found


def _code_of(heard: dict[str, Any], ids: dict[str, str]) -> dict[str, str]:
    """The code of an answer, by the command with its id, which is taken out of `ids`."""
    if heard.get("id") not in ids:
        return {}
    return {ids.pop(heard["id"]): heard.get("code", heard["type"])}
