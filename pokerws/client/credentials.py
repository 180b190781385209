"""Credentials of a client: a name, a token, or a function that returns fresh tokens."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from pokerws.messages import Welcome

# Called for each hello, and when the current token is about to expire.
TokenProvider = Callable[[], Awaitable[str]]

# Refusals after which another token may be accepted.
TOKEN_REFUSALS = frozenset({"bad_token", "token_expired"})


class Credentials:
    """The credentials of one player.

    `name` is sent in each hello, unless it is None.  `session_file` keeps a guest's session between
    runs of the program.  `code` is that of a link from another device.
    """

    def __init__(
        self,
        name: str | None,
        token: str | TokenProvider | None,
        session_file: Path | None = None,
        code: str | None = None,
    ) -> None:
        self.name = name
        # Valid once: the welcome brings a session in its place.
        self.code = code
        self._file = session_file
        self._provider = token if callable(token) else None
        self._token = None if callable(token) else token
        if session_file is not None and token is None and session_file.exists():
            self._token = session_file.read_text().strip() or None
        self._session: str | None = None
        self._refused = False

    async def token(self) -> str | None:
        """The token for the next hello.  Raises what the provider raises."""
        return self._token if self._provider is None else await self._provider()

    @property
    def is_renewable(self) -> bool:
        """Whether a newer token can be obtained."""
        return self._provider is not None

    @property
    def can_renew(self) -> bool:
        """Whether another hello can extend the authentication."""
        return self.is_renewable or self._session is not None

    def learn(self, welcome: Welcome) -> None:
        """Take the session of a guest's welcome as the token from now on."""
        self._refused = False
        self.code = None
        self._session = welcome.session
        if self._provider is None and welcome.session is not None:
            self._token = welcome.session
            self._keep(welcome.session)

    def should_retry(self, code: str) -> bool:
        """Whether to try again after a refusal.  True once, if another token can be sent."""
        again = code in TOKEN_REFUSALS and not self._refused
        self._refused = True
        if again and self._file is not None and self._provider is None and self.name is not None:
            # The server does not know the session of the file: create a new player.
            self._token = None
            return True
        return again and self.is_renewable

    def _keep(self, session: str) -> None:
        """Write the session atomically, readable by its owner only."""
        if self._file is None:
            return
        new = self._file.with_name(f"{self._file.name}.new")
        new.unlink(missing_ok=True)
        new.touch(mode=0o600, exist_ok=False)
        new.write_text(session)
        new.replace(self._file)
