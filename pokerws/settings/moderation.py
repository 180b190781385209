"""Settings: moderation by operators."""

from typing import Annotated

from msgspec import Meta

from pokerws.settings.section import SECRET, Section


class Moderation(Section, frozen=True, kw_only=True):
    """Moderation by operators."""

    operator_key: Annotated[
        str,
        Meta(
            pattern=r"^$|^.{32}",
            title="at least 32 characters",
            description="Secret that signs operators' tokens, at least 32 characters; if empty, "
            "it is in the file operator.key beside VAULT_KEY_FILE, made at the first start.",
            extra=SECRET,
        ),
    ] = ""
