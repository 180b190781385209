"""Members by group."""

import pytest

from pokerws.server.groups import Groups


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_group_is_known_while_it_has_members(count: int) -> None:
    groups = Groups[str, str]()
    members = [f"tab {number}" for number in range(count)]
    for member in members:
        groups.add("ann", member)
    groups.add("ben", "phone")
    assert not groups.remove("ann", "phone")
    assert sorted(groups.of("ann")) == members
    assert [groups.remove("ann", member) for member in members] == [False] * (count - 1) + [True]
    assert (groups.of("ann"), list(groups), "ann" in groups) == ([], ["ben"], False)
    assert not groups.remove("ann", members[0])
