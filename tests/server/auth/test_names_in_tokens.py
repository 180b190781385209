"""The names of players with tokens: those in tokens, and those that players choose in hello."""

from typing import Any

import pytest

from pokerws.game.state import PlayerId, TableId
from pokerws.messages import Refused
from pokerws.server.auth.bot_tokens import BotTokens
from pokerws.server.auth.key_sources import FixedKeySet
from pokerws.server.auth.keys import key_of_secret
from pokerws.server.auth.player_names import RENAMES, PlayerNames
from pokerws.server.auth.tokens import Tokens
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.names import MemoryNames, Names
from tests.server.fakes import ManualClock
from tests.server.signing import SECRET, token

NOW_S = 1_000


def tokens(
    store: Names | None = None,
    clock: ManualClock | None = None,
    *,
    trusted: bool = False,
    **choices: Any,
) -> Tokens:
    """An admission by tokens at NOW_S."""
    clock = clock or ManualClock()
    return Tokens(
        FixedKeySet([key_of_secret(SECRET)]),
        BotTokens("the key of the bots, known to nobody"),
        clock,
        names=PlayerNames(store or MemoryNames(), clock, trusted=trusted),
        **choices,
    )


def nameless(player: str, **claims: object) -> str:
    return token({"sub": player, "exp": NOW_S + 60, **claims})


def named(player: str, name: str, **claims: object) -> str:
    return nameless(player, name=name, **claims)


@pytest.mark.parametrize(
    "name", ["Anna", "ANNA", "\u0410nn\u0430", "A n n a", "\uff21nna", "Ann\u00e1", "Anna!"]
)
async def test_two_tokens_without_a_name_cannot_choose_names_that_look_alike(name: str) -> None:
    admission = tokens()
    await admission.admit(nameless("ann"), "Anna")
    assert await taken(admission, nameless("eve"), name)
    assert await taken(admission, named("eve", name), None), "nor has a token's own such a name"
    assert (await admission.admit(nameless("ann"), "Anna")).name == "Anna"


@pytest.mark.parametrize(
    "name",
    ["Admin", "\u0410dmin", "House", "H0USE", "s y s t e m", "Adm!n", "@dmin", "$taff", "4dm1n"],
)
async def test_only_a_token_of_an_admin_may_speak_for_the_operator(name: str) -> None:
    admission = tokens()
    assert await taken(admission, nameless("eve"), name)
    assert await taken(admission, named("eve", name), None)
    assert (await admission.admit(named("eve", name), "Eve")).name == "Eve"
    assert (await admission.admit(named("ann", name, role="admin"), None)).name == name


async def test_players_with_tokens_cannot_be_called_as_the_servers_bots_are() -> None:
    admission = tokens()
    bot = admission.token_for(PlayerId("bot_ada"), "Ada")
    for role in ("player", "admin"):
        assert await taken(admission, named("eve", "Ada", role=role), None)
        assert await taken(admission, nameless("eve", role=role), "\u0410da")
    assert (await admission.admit(bot, None)).name == "Ada"


async def test_a_name_that_was_chosen_is_kept_after_a_restart_and_freed_by_another() -> None:
    names, clock = MemoryNames(), ManualClock()
    await tokens(store=names, clock=clock).admit(nameless("ann"), "Annie")
    admission = tokens(store=names, clock=clock)
    assert (await admission.admit(nameless("ann"), None)).name == "Annie"
    assert await taken(admission, nameless("eve"), "Annie")
    await admission.admit(nameless("ann"), "Anna")
    assert (await admission.admit(nameless("eve"), "Annie")).name == "Annie"


async def test_who_cannot_have_the_tokens_name_chooses_one_and_keeps_it() -> None:
    admission = tokens()
    await admission.admit(named("ann", "Anna"), None)
    assert await taken(admission, named("eve", "Anna"), None)
    assert (await admission.admit(named("eve", "Anna"), "Eve")).name == "Eve"
    for _ in range(2 * RENAMES.burst):
        assert (await admission.admit(named("eve", "Anna"), "Eve")).name == "Eve"
        assert (await admission.admit(named("eve", "Anna"), None)).name == "Eve"
    # Who can have it is called by it, whatever hello says.
    assert (await admission.admit(named("ann", "Anna"), "Zoe")).name == "Anna"


async def test_a_rename_by_token_counts_as_one_of_a_guest_does() -> None:
    admission = tokens()
    for number in range(RENAMES.burst + 1):
        await admission.admit(nameless("ann"), f"Ann {chr(65 + number)}x")
    with pytest.raises(Refused) as refused:
        await admission.admit(nameless("ann"), "Zoe")
    assert refused.value.code == "too_fast"


async def test_trusted_names_are_shown_as_they_are_and_nobody_can_choose_them() -> None:
    admission = tokens(trusted=True)
    await admission.admit(nameless("eve"), "Anna")
    for player in ("ann", "ben"):
        assert (await admission.admit(named(player, "Anna"), "Zoe")).name == "Anna"
        assert await taken(admission, nameless("eve"), "Anna"), "though it was hers before"
    assert (await admission.admit(named("ben", "Admin"), None)).name == "Admin"
    assert await taken(admission, nameless("eve"), "Admin")


async def test_an_outage_stops_only_names_that_are_not_known() -> None:
    class Away(MemoryNames):
        is_away = False

        async def claim(self, *args: Any, **options: Any) -> bool:
            if self.is_away:
                raise StoreUnavailable("no answer in time")
            return await super().claim(*args, **options)

        async def give(self, *args: Any, **options: Any) -> None:
            raise StoreUnavailable("no answer in time")

    names = Away()
    admission = tokens(store=names)
    await admission.admit(nameless("ann"), "Anna")
    names.is_away = True
    assert (await admission.admit(nameless("ann"), "Anna")).name == "Anna"
    with pytest.raises(Refused, match="names_unavailable"):
        await admission.admit(nameless("eve"), "Eve")
    assert (await tokens(store=names, trusted=True).admit(named("eve", "Eve"), None)).name == "Eve"


async def test_a_session_that_was_ended_reserves_no_name() -> None:
    def ended(sid: str) -> None:
        raise Refused("bad_token")

    names = MemoryNames()
    with pytest.raises(Refused, match="bad_token"):
        await tokens(store=names, check_session=ended).admit(nameless("eve"), "Eve")
    assert await names.name_of(PlayerId("eve"), 0) is None


async def taken(admission: Tokens, given: str, name: str | None) -> bool:
    with pytest.raises(Refused) as refused:
        await admission.admit(given, name)
    return refused.value.code == "name_taken"


async def test_a_name_is_kept_while_its_player_is_about_to_sit() -> None:
    """The seats at hand do not show it yet, and the player has another name already."""
    clock, store = ManualClock(), MemoryNames()
    names = PlayerNames(store, clock, seats_at=lambda table: [None])
    store.shows = lambda seat: False
    ann, eve = PlayerId("ann"), PlayerId("eve")
    await names.keep(ann, "Ann")
    async with names.sitting(TableId("t1"), ann, "Ann"):
        await names.keep(ann, "Anna")
        with pytest.raises(Refused, match="name_taken"):
            await names.keep(eve, "Ann")
    await names.keep(eve, "Ann")
