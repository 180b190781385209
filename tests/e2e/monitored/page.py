"""`docs/drill.md`: the rows of the latest run, with the words of `texts.py`."""

import re
import sys
import textwrap
from collections.abc import Iterator

import msgspec
import yaml

from tests.e2e.monitored.texts import HEAD, TEXTS, Text
from tests.e2e.monitored.timeline import RUN, Drill, Row, Run
from tests.external.prometheus import MONITORING

# They come without a fault too, or tell again what another row tells.
SKIPPED = re.compile(
    r"`(games_report|garbage_collected|status|pokerws_ready\{[^`]*)`"
    # Others use the machine of the drill too.
    r"|`LoopLate` pending"
    r"|`pokerws_commands_total\{answer=\"accepted\"|.*same_address_seats"
)
WHERE = {"log": "log", "readyz": "`/readyz`", "livez": "`/livez`", "metric": "metric"}
# What is seen for less than this is said to be seen once.
MOMENT_S = 1


def page(run: Run) -> str:
    """The page of a run."""
    parts = [HEAD.format(machine=run.machine)]
    parts += [_section(TEXTS[name], drill) for name, drill in run.drills.items()]
    return "\n".join(parts)


def _section(text: Text, drill: Drill) -> str:
    lines = [f"## {text.title}\n", _wrapped(text.done) + "\n"]
    lines += ["| after | where | what one sees |", "| --- | --- | --- |"]
    lines += [
        f"| {_time(row.first_s)} | {WHERE.get(row.where, row.where)} | {said} |"
        for row, said in _said(drill)
    ]
    lost = (
        f"nothing. All {drill.checked_events:,} events that players were shown are stored, and "
        "each accepted command once. The longest wait for an answer was "
        f"{_time(drill.longest_action_s)}."
    )
    said = {
        "First": text.first,
        "Alert": text.alert,
        "Do": text.do,
        "The end": text.end,
        "Lost": lost,
    }
    lines += ["", *(_wrapped(f"- *{what}:* {words}", "  ") for what, words in said.items()), ""]
    return "\n".join(lines)


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(
        text, 100, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False
    )


def _said(drill: Drill) -> Iterator[tuple[Row, str]]:
    """The rows that are shown, with their words."""
    severity = _severities()
    for row in drill.rows:
        if not SKIPPED.match(row.what):
            until = ""
            if row.where == "alert" and row.last_s > drill.ended_s - MOMENT_S:
                until = ", still at the end of the drill"
            elif row.last_s - row.first_s > MOMENT_S:
                until = f", until {_time(row.last_s)}"
            yield row, _words(row, until, severity)


def _words(row: Row, until: str, severity: dict[str, str]) -> str:
    match row.where:
        case "fault":
            times = f", {row.count:.0f} times" if row.count > 1 else ""
            return f"**{row.what}**{times}{until}"
        case "log":
            name, level, *outcome = row.what.split(" ")
            said = ", ".join([name, level, *(f"`{one}`" for one in outcome)])
            return said + (f", {row.count:.0f} lines{until}" if row.count > 1 else "")
        case "livez":
            return f"{row.what}{until}"
        case "readyz":
            return f"503, {row.what}{until}"
        case "metric":
            is_counter = row.what.endswith(("_total`", "}`"))
            rise = f" rises by {row.count:.0f}" if is_counter else ""
            highest = f" is up to {_short(row.highest)}" if row.highest else ""
            return f"{row.what}{rise}{highest}{until}"
        case "alert":
            name, state = row.what.rsplit(" ", 1)
            if state == "pending":
                return f"{name} is pending{until}"
            plain = name.strip("`")
            link = f"[runbook](runbook.md#{plain.lower()})"
            return f"**{name} fires**, a {severity[plain]}, {link}{until}"
        case _:
            times = f", {row.count:.0f} times" if row.count > 1 else ""
            return f"{row.what}{times}{until}"


def _severities() -> dict[str, str]:
    groups = yaml.safe_load((MONITORING / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    return {rule["alert"]: rule["labels"]["severity"] for one in groups for rule in one["rules"]}


def _time(seconds: float) -> str:
    """Rounded to what an operator would tell apart."""
    if seconds >= 120:
        return f"{seconds / 60:.0f} min"
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"


def _short(value: float) -> str:
    return f"{value:.1f}" if value < 10 and value % 1 else f"{value:.0f}"


def main() -> None:
    """Write the page to the standard output."""
    sys.stdout.write(page(msgspec.json.decode(RUN.read_bytes(), type=Run)))


if __name__ == "__main__":
    main()
