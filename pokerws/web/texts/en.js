/** English texts, by key. */

export default {
  // ---- the connection
  "status.no_network": "No network",
  "status.unreachable": "The server does not answer. Trying again…",
  "status.blocked": "The browser does not let this page connect. Trying again…",

  // ---- commands that are not answered yet
  "pending.sending": "Sending…",
  "pending.late": "Not answered yet…",
  "pending.too_late": "Your action did not arrive in time: that turn is over.",

  // ---- the log
  "log.joined": "You joined at hand {hand}",
};
