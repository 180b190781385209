"""Settings: flags that turn on parts of the server; `welcome` reports them to clients."""

from typing import Annotated

from pokerws.settings.section import Section, SettingsError, flag


class Features(Section, frozen=True, kw_only=True):
    """Flags that turn on parts of the server; `welcome` reports them to clients."""

    use_db_repository: Annotated[bool, flag("Store tables in the database.")] = False
    use_event_persistence: Annotated[
        bool, flag("Store every event as well; needs USE_DB_REPOSITORY.")
    ] = False
    use_input_validation: Annotated[
        bool, flag("Validate every message strictly against the protocol.")
    ] = False
    use_auth_middleware: Annotated[
        bool, flag("Admit only players with a signed token; needs a key: see AUTH_SECRET.")
    ] = False
    use_durable_acks: Annotated[
        bool, flag("Send answers and events only after they are stored; needs USE_DB_REPOSITORY.")
    ] = False

    def check(self) -> None:
        if self.use_event_persistence and not self.use_db_repository:
            raise SettingsError(
                "USE_EVENT_PERSISTENCE is on and USE_DB_REPOSITORY is off: events are stored "
                "beside their table; set USE_DB_REPOSITORY=true, or unset USE_EVENT_PERSISTENCE"
            )
        if self.use_durable_acks and not self.use_db_repository:
            raise SettingsError(
                "USE_DURABLE_ACKS is on and USE_DB_REPOSITORY is off: nothing would be stored; "
                "set USE_DB_REPOSITORY=true, or unset USE_DURABLE_ACKS"
            )
