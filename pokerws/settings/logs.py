"""Settings: log lines, metrics and reports."""

from typing import Annotated, Literal

from msgspec import Meta, field

from pokerws.settings.section import SECRET, Section, whole


class Logs(Section, frozen=True, kw_only=True):
    """Log lines, metrics and reports."""

    format: Annotated[
        Literal["console", "json"],
        Meta(title="console or json", description="Format of log lines: console or json."),
    ] = field(default="console", name="LOG_FORMAT")
    level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Meta(
            title="debug, info, warning or error",
            description="Lowest level of log lines to print: debug, info, warning or error.",
        ),
    ] = field(default="info", name="LOG_LEVEL")
    hands_one_in: Annotated[
        int,
        whole(
            0,
            1_000_000,
            "One of so many hands at each table has a hand_ended line at info; the others have it "
            "at debug. 1 for all hands, 0 for none.",
        ),
    ] = field(default=0, name="LOG_HANDS_ONE_IN")
    metrics_token: Annotated[
        str,
        Meta(
            pattern=r"^$|^[!-~]{16,}$",
            title="at least 16 letters, digits or signs of ASCII without a space",
            description="Bearer token for reading /metrics from other machines, at least 16 "
            "characters; if empty, only this machine may read them, and nobody if "
            "TRUSTED_PROXIES is set.",
            extra=SECRET,
        ),
    ] = ""
    report_interval_ms: Annotated[
        int, whole(0, 86_400_000, "Interval of games_report lines in the log; 0 writes none.")
    ] = 60_000
