"""The log lines of server.net, server.sessions."""

from pokerws.logs.events.event import LogEvent, Section

SECTION = Section(
    "Connections",
    (
        LogEvent(
            name="address_left_out",
            levels="debug",
            room="server.net",
            logger="addresses",
            fields="address error",
            meaning="one of the addresses of `HOST` cannot be used; the others are",
        ),
        LogEvent(
            name="connection_admitted",
            levels="debug",
            room="server.net",
            logger="connection_counts",
            fields="address",
            meaning="a connection was counted for its address",
        ),
        LogEvent(
            name="connection_failed",
            levels="error",
            room="server.net",
            logger="connection",
            meaning="writing to one socket failed; it is closed, and the others are written",
            action="report it with the trace",
        ),
        LogEvent(
            name="connection_refused",
            levels="info",
            room="server.net",
            logger="connection_counts",
            fields="address reason",
            meaning="reason as in the metric, with the address (IPv6: the /64)",
            action="as the metric",
        ),
        LogEvent(
            name="host_action",
            levels="info",
            room="server.sessions",
            logger="hosting",
            fields="table action amount? by host target?",
            meaning="the `host` of a `table`, or an operator in place of the host (`by`), did "
            "that `action` there, to a `target` if it is about a player; the event of the"
            " same name is in the log",
        ),
        LogEvent(
            name="host_refused",
            levels="warning",
            room="server.net",
            logger="host_policy",
            fields="action address host",
            meaning="HTTP 421: a browser at `address` asked for an unknown `host`",
            action="a name of yours: add it to `ALLOWED_HOSTS`. Others: nothing",
        ),
        LogEvent(
            name="moderated",
            levels="info",
            room="server.sessions",
            logger="moderation",
            fields="table? action by reason? target until_ms?",
            meaning="an operator (`by`) kicked, muted, banned or signed out a `target`, or lifted"
            " that; with `until_ms` and `reason`",
        ),
        LogEvent(
            name="nothing_to_reload",
            levels="info",
            room="server.net",
            logger="tls",
            fields="action",
            meaning="SIGHUP to a server without TLS; in a terminal it stops the server",
        ),
        LogEvent(
            name="origin_refused",
            levels="warning",
            room="server.net",
            logger="host_policy",
            fields="action address host origin",
            meaning="HTTP 403: a page of `origin` tried to connect to `host`",
            action="your page: make the proxy forward `Host` as the browser sent it, or set "
            "`ALLOWED_ORIGINS` "
            "([more](troubleshooting.md#a-browser-is-refused-with-403-or-421)). Others: "
            "nothing",
        ),
        LogEvent(
            name="session_ended",
            levels="info",
            room="server.sessions",
            logger="session",
            fields="player code duration_ms messages reason received_bytes refused sent_bytes",
            meaning="one line for each connection that has ended: how long it lasted, what it "
            "carried, how many of its messages were refused, and why it ended; `reason` "
            "is empty if the client closed it, `code` is 1006 without a close frame",
            action="the [close codes](protocol.md#why-a-connection-is-closed) say more",
        ),
        LogEvent(
            name="session_failed",
            levels="error",
            room="server.sessions",
            logger="session",
            fields="player",
            meaning="a bug: the session is closed with 1011",
            action="report it with the trace",
        ),
        LogEvent(
            name="session_opened",
            levels="info",
            room="server.sessions",
            logger="players",
            fields="player name role",
            meaning="a client said hello, and was admitted as this player",
        ),
        LogEvent(
            name="session_renewed",
            levels="debug",
            room="server.sessions",
            logger="players",
            fields="player name role",
            meaning="a newer token was accepted",
        ),
        LogEvent(
            name="session_violations",
            levels="warning",
            room="server.sessions",
            logger="session",
            fields="player codes count",
            meaning="a connection ended after violations: player, number, codes",
            action="one client: nothing; many: a broken release, or probing",
        ),
        LogEvent(
            name="tls_certificate_expires",
            levels="warning error",
            room="server.net",
            logger="tls",
            fields="action days_left expires",
            meaning="daily, when less than a tenth of the lifetime is left; error: it has "
            "expired, and browsers refuse it",
            action="renew it, then send SIGHUP",
        ),
        LogEvent(
            name="tls_certificate_loaded",
            levels="info",
            room="server.net",
            logger="tls",
            fields="expires file names",
            meaning="at the start and after SIGHUP: `names`, and when it `expires`",
            action="check both after a renewal",
        ),
        LogEvent(
            name="tls_certificate_not_loaded",
            levels="error",
            room="server.net",
            logger="tls",
            fields="error in_use_until",
            meaning="at SIGHUP the files were invalid (`error`); the old certificate stays in "
            "use, and expires at `in_use_until`",
            action="correct the files and send SIGHUP again",
        ),
    ),
)
