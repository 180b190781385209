"""Settings: guest sessions, and verification of players' tokens."""

from typing import Annotated, Literal, get_args
from urllib.parse import urlsplit

from msgspec import Meta, field

from pokerws.settings.section import SECRET, Section, SettingsError, whole

# The accepted signature algorithms of PyJWT: without `none`, and with one of the HMACs.
AuthAlgorithm = Literal[
    "HS256",
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
]
# The one algorithm whose key is a secret.
HMAC_ALGORITHM = "HS256"


class Auth(Section, frozen=True, kw_only=True):
    """Guest sessions, and verification of players' tokens."""

    session_key: Annotated[
        str,
        Meta(
            pattern=r"^$|^.{32}",
            title="at least 32 characters",
            description="Secret that signs guest sessions, at least 32 characters; if empty, a "
            "key is kept in the database, or created at each start without a "
            "database.",
            extra=SECRET,
        ),
    ] = ""
    secret: Annotated[
        str,
        Meta(
            pattern=r"^$|^.{32}",
            title="at least 32 characters",
            description="Secret that verifies players' tokens (HS256), at least 32 characters. "
            "With USE_AUTH_MIDDLEWARE set this, AUTH_KEY_FILE or AUTH_JWKS.",
            extra=SECRET,
        ),
    ] = field(default="", name="AUTH_SECRET")
    key_file: Annotated[
        str,
        Meta(
            title="a file",
            description="PEM file with public keys (RSA, EC or Ed25519) that verify players' "
            "tokens; read at the start.",
        ),
    ] = field(default="", name="AUTH_KEY_FILE")
    jwks: Annotated[
        str,
        Meta(
            title="a file, or an address like https://login.example/jwks.json",
            description="JWK Set with such keys: a file or an https address (http on this "
            "machine only); read again every AUTH_JWKS_REFRESH_MS, and when a token "
            "names an unknown key.",
        ),
    ] = field(default="", name="AUTH_JWKS")
    jwks_refresh_ms: Annotated[
        int, whole(1000, 21_600_000, "Interval at which AUTH_JWKS is read again.")
    ] = field(default=600_000, name="AUTH_JWKS_REFRESH_MS")
    algorithms: Annotated[
        tuple[AuthAlgorithm, ...],
        Meta(
            title=f"some of {', '.join(get_args(AuthAlgorithm))}, separated by commas",
            description="Signature algorithms that are accepted, separated by commas; if empty, "
            "all that fit the keys.",
        ),
    ] = field(default=(), name="AUTH_ALGORITHMS")
    issuer: Annotated[
        str, Meta(title="a text", description="Required `iss` of tokens; if empty, any.")
    ] = field(default="", name="AUTH_ISSUER")
    audience: Annotated[
        str,
        Meta(
            title="a text",
            description="Required `aud` of tokens; if empty, a token must have none.",
        ),
    ] = field(default="", name="AUTH_AUDIENCE")
    names: Annotated[
        Literal["unique", "trusted"],
        Meta(
            title="unique or trusted",
            description="Names in tokens: `unique` holds them to the rules for guests, and a "
            "player whose name is taken or reserved chooses another; `trusted` shows them as they "
            "are, because the login service admits no two that look alike.",
        ),
    ] = field(default="unique", name="AUTH_NAMES")
    leeway_ms: Annotated[
        int,
        whole(
            0, 600_000, "Accepted clock difference between this server and the issuer of tokens."
        ),
    ] = field(default=10_000, name="AUTH_LEEWAY_MS")
    warning_ms: Annotated[
        int,
        whole(0, 3_600_000, "How long before a token expires its client is notified; 0 is never."),
    ] = field(default=60_000, name="AUTH_WARNING_MS")


def check_auth(auth: Auth) -> None:
    """Check that tokens can be verified.  Raises SettingsError."""
    sources = {
        "AUTH_SECRET": auth.secret,
        "AUTH_KEY_FILE": auth.key_file,
        "AUTH_JWKS": auth.jwks,
    }
    given = [name for name, value in sources.items() if value]
    if not given:
        raise SettingsError(
            "USE_AUTH_MIDDLEWARE is on and there is no key to check tokens with: set AUTH_SECRET, "
            "AUTH_KEY_FILE or AUTH_JWKS, or unset USE_AUTH_MIDDLEWARE"
        )
    if len(given) > 1:
        raise SettingsError(f"{' and '.join(given)} are set: set only one of them")
    if auth.secret and auth.secret == auth.session_key:
        raise SettingsError("AUTH_SECRET and SESSION_KEY are the same: give each its own")
    unfit = [name for name in auth.algorithms if (name == HMAC_ALGORITHM) != bool(auth.secret)]
    if unfit:
        raise SettingsError(
            f"AUTH_ALGORITHMS has {unfit[0]}, which is not for {given[0]}: {HMAC_ALGORITHM} is "
            "for AUTH_SECRET, and the others are for public keys"
        )
    if "://" in auth.jwks and not _is_safe_address(auth.jwks):
        raise SettingsError(
            "AUTH_JWKS must be a file, or an address like https://login.example/jwks.json without "
            "a password in it; http is for this machine alone"
        )


def _is_safe_address(url: str) -> bool:
    """Whether keys from this address cannot be replaced on the way."""
    try:
        parts = urlsplit(url)
        is_whole = parts.hostname is not None and parts.port != 0
    except ValueError:
        return False
    if not is_whole or "@" in parts.netloc or not url.isascii() or " " in url:
        return False
    is_here = parts.hostname in ("localhost", "127.0.0.1", "::1")
    return parts.scheme == "https" or (parts.scheme == "http" and is_here)
