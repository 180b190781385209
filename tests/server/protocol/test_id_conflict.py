"""One id stands for one command of a player to a table, for as long as it is remembered."""

import msgspec
import pytest
import structlog
from msgspec.structs import replace

from pokerws.game import commands
from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import PlayerId, Table, TableId
from pokerws.messages import Refused, SitOut, Stand
from pokerws.server.tables.receipts import LONG_ID, Receipts, kept_id
from pokerws.storage.store import Receipt, TableSnapshot
from pokerws.storage.vault.vault import Vault, VaultKey
from tests.server.protocol.ordered import MODES, Mode, answers, outline, seated, world_in
from tests.server.protocol.refusals import REMEMBERED
from tests.vaults import KEY

all_modes = pytest.mark.parametrize("mode", MODES)
ANN, T1 = PlayerId("ann"), TableId("t1")


@all_modes
@pytest.mark.parametrize("id", ["1", "a-long-id-of-a-client:" + "0" * 42])
async def test_another_command_with_the_same_id_is_refused(mode: Mode, id: str) -> None:
    async with world_in(mode) as world:
        ann, ben = await seated(world, "ann", "ben")
        again = world.client("ann")
        on, seq = {"table": world.table}, world.actor.table.seq + 1
        await ann.say("sit_out", id, **on)
        last = world.actor.table.seq
        await ann.say("sit_in", id, **on)
        await again.say("add_chips", id, amount=100, **on)
        await ann.say("sit_out", id, **on)
        await world.settle()
        assert world.actor.table.seq == last
        accepted, *refused = (one for one in [*ann.hear(), *again.hear()] if "id" in one)
        assert accepted == {"type": "accepted", "id": id, "seq": seq}
        # The command itself gets its answer again.
        assert refused.pop(1) == accepted
        assert [(one["code"], one.get("retryable", False)) for one in refused] == [
            ("id_conflict", False)
        ] * 2
        # Another player's ids are others.
        await ben.say("sit_out", id, **on)
        await world.settle()
        assert answers(ben.hear()) == [id]


@all_modes
async def test_it_is_refused_while_the_first_waits_for_its_answer(mode: Mode) -> None:
    async with world_in(mode) as world:
        ann, ben = await seated(world, "ann", "ben")
        world.hold()
        await ben.say("add_chips", "chips", table=world.table, amount=100)
        ann.hear()
        await ann.say("sit_out", "1", table=world.table)
        await ann.say("sit_in", "1", table=world.table)
        await world.release()
        lines = [one for one in outline(ann.hear()) if not one.startswith("events")]
        assert lines == ["accepted 1", "rejected 1 id_conflict"]


@all_modes
async def test_the_id_of_a_refused_command_may_be_used_again(mode: Mode) -> None:
    async with world_in(mode) as world:
        (ann,) = await seated(world, "ann")
        for kind in ("sit_in", "sit_out"):
            await ann.say(kind, "1", table=world.table)
        await world.settle()
        assert answers(ann.hear()) == ["1 not_sitting_out", "1"]


@all_modes
async def test_ids_at_another_table_and_of_commands_that_change_none_are_others(
    mode: Mode,
) -> None:
    async with world_in(mode) as world:
        (ann,) = await seated(world, "ann")
        other = await world.open_table(world.client("host"))
        await ann.say("sit_out", "1", table=world.table)
        await ann.say("chat", "1", table=world.table, text="hello")
        await ann.say("watch", "1", table=other)
        await ann.say("sit", "1", table=other, buy_in=5_000)
        await world.settle()
        assert answers(ann.hear()) == ["1"] * 4


async def test_each_command_that_changes_a_table_is_refused_with_an_id_that_is_taken() -> None:
    async with world_in("memory") as world:
        (ann,) = await seated(world, "ann")
        assert ann.session.identity is not None
        # An admin may send all commands.
        ann.session.identity = ann.session.identity._replace(role="admin")
        await ann.asks(SitOut("7", world.table))
        ann.hear()
        for message in REMEMBERED:
            await ann.asks(replace(message, id="7", table=world.table))
        heard = ann.hear()
        # The first is the only one that is the same command.
        same = [type(one) for one in REMEMBERED].index(SitOut)
        assert heard.pop(same)["type"] == "accepted"
        assert [one["code"] for one in heard] == ["id_conflict"] * (len(REMEMBERED) - 1)
        await ann.asks(Stand("8", world.table))
        await ann.asks(SitOut("8", world.table))
        assert answers(ann.hear()) == ["8", "8 id_conflict"]


async def test_after_a_roll_back_the_id_is_free() -> None:
    async with world_in("durable") as world:
        (ann,) = await seated(world, "ann")
        world.hold()
        await ann.say("sit_out", "1", table=world.table)
        await ann.say("stand", "1", table=world.table)
        with structlog.testing.capture_logs():
            await world.release(rejects=True)
        assert answers(ann.hear()) == ["1 table_unavailable"] * 2
        await ann.say("stand", "1", table=world.table)
        await world.settle()
        assert answers(ann.hear()) == ["1"]


# ---- what is stored


def remembering(command: commands.Command, vault: Vault, command_id: str = "1") -> TableSnapshot:
    """The snapshot of a table at which the command was accepted."""
    receipts = Receipts(T1, {}, vault.receipt_digests)
    table = Table(T1, "One", TableConfig())
    receipts.add(ANN, receipts.receipt_of(ANN, command_id, command, 5), [], table=table)
    return TableSnapshot(table, receipts.kept)


def loaded(snapshot: TableSnapshot, *keys: VaultKey) -> Receipts:
    """The receipts of a server that loads the stored snapshot."""
    stored, _ = Vault([KEY]).seal_snapshot(snapshot)
    vault = Vault(keys)
    return Receipts(T1, vault.open_snapshot(T1, stored).receipts, vault.receipt_digests)


@pytest.mark.parametrize("id", ["1", "x" * (LONG_ID - 1), "x" * LONG_ID, "x" * 64])
@pytest.mark.parametrize("first", ["new", "old"])
def test_an_id_is_known_after_a_restart_with_another_key(id: str, first: str) -> None:
    new = VaultKey("new", bytes(reversed(range(32))))
    keys = [new, KEY] if first == "new" else [KEY, new]
    command = commands.SitOut(ANN)
    receipts = loaded(remembering(command, Vault([KEY]), id), *keys)
    assert receipts.find(ANN, id, command) is not None
    for other in (commands.SitIn(ANN), commands.Stand(ANN), commands.Show(ANN, 1)):
        with pytest.raises(Refused) as refused:
            receipts.find(ANN, id, other)
        assert refused.value.code == "id_conflict"
    assert receipts.find(ANN, id[1:] + "y", commands.SitIn(ANN)) is None


def test_receipts_of_older_versions_have_no_id_and_conflict_with_nothing() -> None:
    command = commands.SitOut(ANN)
    snapshot = remembering(command, Vault([KEY]))
    data = msgspec.json.decode(msgspec.json.encode(snapshot))
    for own in data["receipts"].values():
        own[:] = [[digest, seq] for digest, seq, _ in own]
    receipts = loaded(msgspec.convert(data, TableSnapshot), KEY)
    assert receipts.find(ANN, "1", command) == Receipt(snapshot.receipts[ANN][0].digest, 5)
    assert receipts.find(ANN, "1", commands.SitIn(ANN)) is None


def test_an_older_version_reads_receipts_with_an_id() -> None:
    class Older(msgspec.Struct, array_like=True):
        digest: str
        seq: int

    stored = msgspec.json.encode(Receipt("digest", 5, "1"))
    assert msgspec.json.decode(stored, type=Older) == Older("digest", 5)


def test_ids_of_any_length_are_kept_apart() -> None:
    ids = ["x" * length for length in range(1, 65)]
    kept = {kept_id(one) for one in ids}
    assert len(kept) == len(ids)
    assert max(map(len, kept)) == LONG_ID
    # A digest is no id that is kept as it is.
    assert kept_id(kept_id("x" * 64)) != kept_id("x" * 64)
