"""What the host of a table may decide about who comes in, and whose chips are played for."""

from msgspec import Struct


class HostingRules(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How a table is hosted.

    An `unlisted` table is in no list, and for those without the key of its link it does not exist.
    With `approval`, who wants a seat asks for it first, and the host approves.  With `bank`, the
    chips are the table's own: they do not come from the players' accounts, and the host may give
    and take some.  What `unlisted` and `bank` say is fixed when the table is created.
    """

    unlisted: bool = False
    approval: bool = False
    bank: bool = False
