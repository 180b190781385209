"""A table's options about its host: who may come in, and where the chips come from."""

from msgspec import Struct


class HostingRules(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How a table is hosted.

    An `unlisted` table is in no list, and hidden from players without the key of its link.  With
    `approval`, players ask for a seat first, and the host approves.  With `bank`, the chips are the
    table's own: they do not come from the players' accounts, and the host gives and takes them.
    `unlisted` and `bank` cannot change after the table is created.
    """

    unlisted: bool = False
    approval: bool = False
    bank: bool = False
