"""Settings for tests."""

from typing import Any

from pokerws.settings import Settings, compose, variables


def settings_of(**values: Any) -> Settings:
    """Settings by the names of their variables in lower case, such as `port=0`; none is checked."""
    unknown = {name for name in values if name.upper() not in variables()}
    if unknown:
        raise TypeError(f"there is no setting {', '.join(sorted(unknown))}")
    if values.get("port") == 0:
        # Of servers of tests, the socket would be the same file in the folder of the checkout.
        values = {"admin_socket": "", **values}
    return compose({name.upper(): value for name, value in values.items()})
