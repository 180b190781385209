"""Members by group, such as the connections of each player."""

from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

G = TypeVar("G", bound=Hashable)
M = TypeVar("M")


class Groups(Generic[G, M]):
    """The members of each group that has any.  Iterating yields such groups."""

    def __init__(self) -> None:
        # Most groups have one member, which needs no set.
        self._members: dict[G, M | set[M]] = {}

    def __contains__(self, group: G) -> bool:
        return group in self._members

    def __iter__(self) -> Iterator[G]:
        return iter(self._members)

    def add(self, group: G, member: M) -> None:
        """Add a member; pair it with `remove`."""
        others = self._members.get(group)
        if others is None:
            self._members[group] = member
        elif isinstance(others, set):
            others.add(member)
        else:
            self._members[group] = {others, member}

    def remove(self, group: G, member: M) -> bool:
        """Remove a member, if it is there; returns whether the group had it and none is left."""
        others = self._members.get(group)
        if isinstance(others, set):
            others.discard(member)
            if others:
                return False
        elif others is not member:
            return False
        del self._members[group]
        return True

    def of(self, group: G) -> list[M]:
        """The members of a group."""
        members = self._members.get(group)
        if members is None:
            return []
        return list(members) if isinstance(members, set) else [members]
