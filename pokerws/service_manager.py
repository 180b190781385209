"""Tells systemd how this process is, by the protocol of sd_notify.

    NOTIFY_SOCKET   where to send it; a name that begins with @ is in the abstract namespace
    WATCHDOG_USEC   at least so often this process must say that it is alive
    WATCHDOG_PID    the process that this is asked of

Other service managers speak it too.  Without these variables nothing is sent.
"""

import asyncio
import faulthandler
import os
import socket
from collections.abc import MutableMapping

import structlog

# Pings in each interval of the watchdog.
PINGS = 3

log = structlog.get_logger("pokerws.service_manager")


class ServiceManager:
    """The service manager that has started this process, if there is one."""

    def __init__(self, environ: MutableMapping[str, str]) -> None:
        """Take over its variables, so that no program that is started later has them."""
        where, interval_us, process = (
            environ.pop(name, "") for name in ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")
        )
        self._address = f"\0{where[1:]}" if where.startswith("@") else where
        is_asked = interval_us.isdecimal() and process in {"", str(os.getpid())}
        self._ping_s = int(interval_us) / 1e6 / PINGS if is_asked else 0.0

    def ready(self, status: str) -> None:
        """It serves.  From now on the event loop pings the watchdog, until it hangs or ends."""
        self._send(f"READY=1\nSTATUS={status}")
        if self._ping_s:
            # The watchdog ends a process that hangs with SIGABRT: show where it was.
            faulthandler.enable()
            self._ping()

    def say(self, status: str) -> None:
        """What it does now, for `systemctl status`."""
        self._send(f"STATUS={status}")

    def stopping(self) -> None:
        """It ends as it was told to, or after a failure."""
        self._send("STOPPING=1\nSTATUS=Storing what is not stored yet")

    def _ping(self) -> None:
        self._send("WATCHDOG=1")
        asyncio.get_running_loop().call_later(self._ping_s, self._ping)

    def _send(self, message: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                # It must not hold up the loop.
                sender.setblocking(False)
                sender.sendto(message.encode(), self._address)
        except OSError as error:
            log.warning("service_manager_not_told", message=message, error=str(error))
