"""Why targets of servers under load are missed, where it is known: by the name of the figure."""

WHY: dict[str, str] = {}
