"""The operator's own service, as far as it gives players their tokens."""

import time

import jwt

SECRET = "a secret that nobody can guess, ever"


class TokenService:
    """Signs a new token each time that it is asked for one."""

    def __init__(self) -> None:
        self.asked = 0

    async def token_for(self, player: str) -> str:
        self.asked += 1
        claims = {"sub": player, "name": "Ann", "exp": int(time.time()) + 600}
        return jwt.encode({**claims, "jti": str(self.asked)}, SECRET, "HS256")
