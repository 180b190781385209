/**
 * The messages of protocol v1, made from the server's structs by
 * `python -m pokerws.schema types > pokerws/web/messages.d.ts`.
 *
 * A newer server may send types and fields that are not here.
 */

/**
 * Answer a turn.
 *
 * `amount` is for `bet` and `raise`, from `min_to` to `max_to` of the turn, or one of its `sizes`
 * where it has such: the player's total for the street (raise to). `cards` is for `discard`: one
 * or more that are thrown away, from `discard_min` to `discard_max` of the turn.
 */
export interface Act {
  type: "act";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** the turn that is answered, as `turn_started` numbered it */
  turn: number;
  /** one of the turn's `actions` */
  action: "bet" | "bring_in" | "call" | "check" | "discard" | "fold" | "raise" | "stand_pat";
  /** for a bet or raise only: the player's total for the street (raise **to**) */
  amount?: number | null;
  /** for a discard only: what is thrown away */
  cards?: string[] | null;
}

/** Ask for an answer, to see that the server is there and what its clock says. */
export interface Ping {
  type: "ping";
  /** the client's name for the command; the answer repeats it */
  id: string;
}

/**
 * Follow a table: just the events after `after_seq`, where they can be had, else a snapshot.
 *
 * `epoch` is the one of the message that `after_seq` was taken from. A connection that watches
 * already may do so again.
 */
export interface Watch {
  type: "watch";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** the last event that the client knows */
  after_seq?: number | null;
  /** the epoch in which it knows that event; without it, a snapshot comes */
  epoch?: number | null;
}

/** Follow a table no more; a seat there stays. */
export interface Unwatch {
  type: "unwatch";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
}

/**
 * Take a seat with chips of the own account; without `seat`, the first free one.
 *
 * A player may sit without watching the table, but sees nothing of it then.
 */
export interface Sit {
  type: "sit";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** chips to bring */
  buy_in: number;
  /** which seat; without it, the first free one */
  seat?: number | null;
}

/**
 * Leave the seat and take the chips home; in a hand, when it is over.
 *
 * For the rest of that hand the player's turns are played at once: checked where that is free,
 * else folded. It cannot be taken back.
 */
export interface Stand {
  type: "stand";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
}

/** Be dealt no further hands, and keep the seat. The hand in play is played to its end. */
export interface SitOut {
  type: "sit_out";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
}

/** Be dealt in again, and after two time-outs have turns again in the hand in play. */
export interface SitIn {
  type: "sit_in";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
}

/**
 * Bring chips to the seat, while its player is not in a hand.
 *
 * With them the stack has from `min_buy_in` to `max_buy_in`. Without an amount it is filled to
 * `max_buy_in`, or as far as the account goes.
 */
export interface AddChips {
  type: "add_chips";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** chips to bring; without it, as many as table and account allow */
  amount?: number | null;
}

/**
 * Show the own cards of `hand`, which has just ended, before the next one starts.
 *
 * Who folded, mucked, or won without a call may do so, once; everybody gets `hand_shown`.
 */
export interface Show {
  type: "show";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** the number of the hand that has just ended */
  hand: number;
}

/**
 * From the next hand on straddle where it is possible, or do so no more.
 *
 * The kind of straddle is in the table's config, `house`.
 */
export interface Straddle {
  type: "straddle";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** whether to straddle */
  on: boolean;
}

/**
 * Agree to have the board run up to `times` times, where all who are left are all-in.
 *
 * It is run as often as all of them agree to, and the table's config, `house`, allows. It counts
 * until the player says otherwise or leaves the seat.
 */
export interface RunIt {
  type: "run_it";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** the most that the player agrees to */
  times: number;
}

/** Name the game of the hand that is due, at a table where the button chooses it. */
export interface ChooseGame {
  type: "choose_game";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** the code of one of the table's games */
  variant: string;
}

/**
 * Ask what happened in `hand`, which is over, as far as the player may see it.
 *
 * `format` is how it is told: by its events (`json`), or by a `text` in the Poker Hand History
 * standard (`phh`) or as PokerStars writes it (`pokerstars`), for programs that read such files.
 */
export interface GetHand {
  type: "get_hand";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** the number of the hand that is asked for */
  hand: number;
  /** how the hand is told */
  format?: "json" | "phh" | "pokerstars";
}

/** Say something to all who watch the table, as the player has to do too. */
export interface Chat {
  type: "chat";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** what is said */
  text: string;
}

/** Ask for all open tables. */
export interface ListTables {
  type: "list_tables";
  /** the client's name for the command; the answer repeats it */
  id: string;
}

/** Ask for `lobby` messages whenever a table changes, until the connection ends. */
export interface WatchLobby {
  type: "watch_lobby";
  /** the client's name for the command; the answer repeats it */
  id: string;
}

/** Open a table. Nobody sits there yet, and it is not watched yet. */
export interface CreateTable {
  type: "create_table";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's name */
  name: string;
  /** what is played there */
  config: Partial<TableConfig>;
}

/** Close a table for good, for an admin: its hand is cancelled, its chips go home. */
export interface CloseTable {
  type: "close_table";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
}

/**
 * End the session, on all its connections: they are closed with 4403 after `accepted`.
 *
 * Its token is worth nothing from then on. A seat stays, and the name stays reserved until the
 * token would have expired.
 */
export interface Logout {
  type: "logout";
  /** the client's name for the command; the answer repeats it */
  id: string;
}

/**
 * Ask for the own account and its latest transfers, 50 at most.
 *
 * `before` pages back: the id of the oldest transfer known.
 */
export interface GetAccount {
  type: "get_account";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the `id` of the oldest transfer known, for the page before it */
  before?: number | null;
}

/** Ask the house to fill the own account up, where that is due. */
export interface Refill {
  type: "refill";
  /** the client's name for the command; the answer repeats it */
  id: string;
}

/**
 * The first message.
 *
 * `token` is the `session` of an earlier `welcome`, or what the operator's own service signed; a
 * further `hello` with a newer one renews it. Where there is a token, it tells who the player is.
 * A `name` beside a `session` is the player's new name; beside a token of the operator's service
 * it counts only where that has none. `protocol` is the version that the client speaks.
 * `capabilities` are the optional parts of it that the client wants; without the list, all.
 */
export interface Hello {
  type: "hello";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** who the player is: an earlier `session`, or what the operator's service signed */
  token?: string | null;
  /** the name to play under; needed where no token gives one, and beside a `session` a new one */
  name?: string | null;
  /** the version of the protocol */
  protocol?: number;
  /** the optional parts that the client wants; without it, all */
  capabilities?: string[] | null;
}

/** Events in order; `seq` is the number of the first one. */
export interface Events {
  type: "events";
  /** the table's id */
  table: string;
  /** the table's epoch: how often its owner has changed */
  epoch: number;
  /** the number of the first event */
  seq: number;
  /** the server's clock */
  now_ms: number;
  /** what happened, in order */
  events: TableEvent[];
}

/**
 * The command was carried out.
 *
 * `seq` is the number of the first event that it caused, and it is sent right before that event:
 * for whatever changes a table, and for `create_table`. `table` is the table that was made by
 * `create_table`, or that `watch`, `unwatch` or `chat` was about.
 */
export interface Accepted {
  type: "accepted";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the number of the first event that the command caused */
  seq?: number;
  /** the table that was made, watched, left alone, or spoken at */
  table?: string;
}

/**
 * The command was refused and nothing has changed.
 *
 * `code` is stable; `id` is empty when the message had none that could be read. `retry_after_ms`
 * is how long to wait before the same command can succeed, where that is known.
 */
export interface Rejected {
  type: "rejected";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** what it is about; stable */
  code: string;
  /** the same in words, for people; not stable */
  message: string;
  /** whether the same command may succeed later */
  retryable?: boolean;
  /** how long to wait before the command is sent again */
  retry_after_ms?: number;
}

/**
 * A table's whole state at `seq`, as this viewer may see it.
 *
 * Unknown cards are `??`. `seat` is the viewer's own seat; without it, the viewer has none.
 */
export interface Snapshot {
  type: "snapshot";
  /** the table's id */
  table: string;
  /** the table's epoch: how often its owner has changed */
  epoch: number;
  /** the number of the last event that the state contains */
  seq: number;
  /** the server's clock */
  now_ms: number;
  /** the table */
  state: Table;
  /** the viewer's own seat */
  seat?: number;
}

/** The answer to `ping`. */
export interface Pong {
  type: "pong";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the server's clock */
  now_ms: number;
}

/**
 * Who the connection speaks for, and what the server does.
 *
 * `session` is a guest's secret: sent as `token` in a later hello it brings the same player back.
 * `expires_ms` is when the token ends, and with it the connection, unless it is renewed.
 * `capabilities` are the optional parts of the protocol that this server has, whatever the client
 * wants of them. `variants` and `mixes` are what a table may be opened with, by code.
 */
export interface Welcome {
  type: "welcome";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the player's id */
  player: string;
  /** the player's name, as it is shown */
  name: string;
  /** what the player may do */
  role: "admin" | "player" | "spectator";
  /** the version of the protocol */
  protocol: number;
  /** the server's clock */
  now_ms: number;
  /** the switches that the server runs with */
  flags: Record<string, boolean>;
  /** what the client has to keep to */
  limits: Limits;
  /** the optional parts that the server has */
  capabilities: string[];
  /** a guest's secret: as `token` of a later `hello` it brings the player back */
  session?: string;
  /** when the token ends, and with it the connection */
  expires_ms?: number;
  /** the games that a table may be opened with, by code */
  variants?: Record<string, VariantSummary>;
  /** the mixes of games that a table may be opened with, by code */
  mixes?: Record<string, MixSummary>;
}

/** The answer to `list_tables`: all tables, oldest first. */
export interface Tables {
  type: "tables";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the tables */
  tables: TableSummary[];
}

/** Tables that have changed since the last message of this kind; the first has all. */
export interface Lobby {
  type: "lobby";
  /** the tables */
  tables: TableSummary[];
}

/**
 * The viewer's own account, beside the chips at tables, and its latest transfers.
 *
 * There are 50 transfers at most; where there are fewer, none is older. `refill_at_ms` is when a
 * `refill` is due, which may be past; there is none while the balance is too large for one.
 */
export interface Account {
  type: "account";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** chips in the account */
  balance: number;
  /** its latest lines, newest first */
  transfers: AccountTransfer[];
  /** from when on a `refill` is due; there is none while the balance is too large */
  refill_at_ms?: number;
}

/**
 * What happened in a hand, from `hand_started` to `hand_ended` or `hand_cancelled`.
 *
 * It has the own cards and those that were shown. `seq` is the number of the first event; behind
 * the last one stand the `hand_shown` of cards that were turned up before the next hand, whose
 * numbers need not be the next ones. In another format than `json` there is a `text`, and no
 * events.
 */
export interface HandEvents {
  type: "hand";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** the hand's number at its table, from 1 */
  hand: number;
  /** the table's epoch: how often its owner has changed */
  epoch: number;
  /** the number of the first event */
  seq: number;
  /** what happened, in order */
  events: TableEvent[];
  /** the hand in the format that was asked for, where that is not `json` */
  text?: string;
}

/** What somebody said at a table. A slow client may miss it. */
export interface ChatSaid {
  type: "chat";
  /** the table's id */
  table: string;
  /** the player's id */
  player: string;
  /** the player's name, as it is shown */
  name: string;
  /** what is said */
  text: string;
  /** when it happened */
  at_ms: number;
}

/** Something about the service, or about `table`. */
export interface Notice {
  type: "notice";
  /** what it is about; stable */
  code: string;
  /** the same in words, for people; not stable */
  message: string;
  /** the table's id */
  table?: string;
}

/**
 * What a table was opened with. Chips are integers; times are in milliseconds.
 *
 * `variant` is the code of a variant or of a mix. `ante_kind` is who pays the ante in games with
 * blinds: `each` player, or the `big_blind` for the whole table.
 */
export interface TableConfig {
  /** one of the `variants` or `mixes` of `welcome` */
  variant: string;
  /** 2 to 10 */
  seats: number;
  /** chips, up to the big blind */
  small_blind: number;
  /** chips, at least 1 */
  big_blind: number;
  /** chips */
  ante: number;
  /** who pays the ante: `each` player, or the `big_blind` for the whole table */
  ante_kind: "big_blind" | "each";
  /** chips, at least the big blind */
  min_buy_in: number;
  /** chips; also the most that a stack can be filled up to */
  max_buy_in: number;
  /** time for a turn, 100 to 600 000 */
  turn_time_ms: number;
  /** pause between two hands, 0 to 60 000 */
  next_hand_delay_ms: number;
  /** stakes that the blinds do not tell */
  limit: LimitStakes;
  /** how the game changes, where the variant is a mix */
  mix: Mix;
  /** what may differ from house to house */
  house: HouseRules;
}

/**
 * A table: its seats, the hand in play, and what is kept between hands.
 *
 * `seq` counts the events that ever happened here and `turns` the turns. `button`, `small_blind`
 * and `big_blind` are the positions of the latest hand (a seat may have emptied since).
 * `next_hand_at_ms` is set while a hand is due to start. A `closed` table stays as it is, empty.
 */
export interface Table {
  /** the table's id */
  id: string;
  /** the table's name */
  name: string;
  /** what is played there */
  config: TableConfig;
  /** how many events it has had */
  seq: number;
  /** one entry a seat, null for a free one */
  seats: (Seat | null)[];
  /** the number of the latest hand, 0 before the first */
  hand_number: number;
  /** how many turns it has had */
  turns: number;
  /** the seat with the button in the latest hand; null before the first one */
  button: number | null;
  /** the small blind's seat in the latest hand; null before the first one */
  small_blind: number | null;
  /** the big blind's seat in the latest hand; null before the first one */
  big_blind: number | null;
  /** the hand in play */
  hand: Hand | null;
  /** when the next hand starts */
  next_hand_at_ms: number | null;
  /** nothing is played there ever again */
  closed: boolean;
  /**
   * the hand that ended last, until the next one starts; null too where all of its cards were shown
   */
  last_hand: LastHand | null;
  /** where the variant is a mix: the game that is played now */
  game: Game | null;
}

/**
 * What a client has to keep to. Sizes in bytes, lengths in characters; null is no limit.
 *
 * The rates are those of one connection and of one player: of its messages, its chat, the tables
 * that it opens, what it reads (`watch`, `watch_lobby`, `list_tables`, `get_hand`, `get_account`),
 * and what it does with a seat (`sit`, `stand`, `sit_out`, `sit_in`, `add_chips`, `straddle`,
 * `run_it`, `choose_game`). What comes too fast is refused with `too_fast`.
 */
export interface Limits {
  /** the longest message that is read */
  max_message_bytes: number;
  /** characters */
  max_name_length: number;
  /** characters */
  max_chat_length: number;
  /** characters */
  max_id_length: number;
  /** messages that make no sense, before the connection is closed with 4400 */
  max_violations: number;
  /** connections at a time */
  max_connections_per_player: number | null;
  /** tables that a player sits at, at a time */
  max_tables_per_player: number | null;
  /** tables that a connection watches, at a time */
  max_watched_tables: number | null;
  /** connections that watch a table, its players' aside */
  max_watchers_per_table: number | null;
  /** messages of a connection */
  connection_commands: RateLimit | null;
  /** messages of a player, on all connections */
  player_commands: RateLimit | null;
  /** lines of chat of a player */
  player_chat: RateLimit | null;
  /** tables that a player opens */
  player_tables: RateLimit | null;
  /** what a player asks to be told: tables, hands, the lobby, the account */
  player_reads: RateLimit | null;
  /** what a player does with a seat, beside playing */
  player_seats: RateLimit | null;
  /** tables that a player has opened, and that are not closed yet */
  max_tables_opened_per_player: number | null;
}

/**
 * The stakes that the blinds do not tell; each that is 0 follows from those before it.
 *
 * `small_bet` and `big_bet` are the fixed-limit bets: the big blind, and twice the small bet.
 * `stud_ante` is paid in games with a `bring_in`: a fifth, and three tenths of the small bet.
 */
export interface LimitStakes {
  /** chips; 0 is the big blind */
  small_bet?: number;
  /** chips; 0 is twice the small bet */
  big_bet?: number;
  /** chips, in games with a bring-in; 0 is a fifth of the small bet */
  stud_ante?: number;
  /** chips; 0 is three tenths of the small bet */
  bring_in?: number;
}

/**
 * How a table whose variant is a mix changes its game.
 *
 * `games` are the codes of a mix of one's own. The game changes after an `orbit`, which is one
 * hand for each player, or after so many `hands`; or whoever has the button names it, by `choice`.
 */
export interface Mix {
  /** codes of `variants`, for a mix of one's own, whose variant is `MIX` */
  games?: string[];
  /**
   * when the game changes: after one hand for each player (`orbit`), after so many `hands`, or as
   * whoever has the button says (`choice`)
   */
  rotation?: "choice" | "hands" | "orbit";
  /** so many of one game, 1 to 1 000 */
  hands?: number;
}

/**
 * What may differ from house to house.
 *
 * `straddle` is the one that players may post. `run_it` is how often the board may be run when all
 * players who are all-in agree. Every `bomb_pot_every` hands there is a bomb pot (never for 0):
 * all post `bomb_pot_ante` (two big blinds for 0), and it begins on the flop, of one or two
 * `bomb_pot_boards`. `max_bets` is how many bets and raises a fixed-limit street has, 0 for what
 * the variant says. Odd chips go as the `rulebook` says, or always to the first winner left of the
 * `button`. With `whole_pot`, dead antes count for a pot-limit bet on the first street too.
 */
export interface HouseRules {
  /**
   * which one players may post: none; `under_the_gun`; `mississippi`, from any seat but the blinds;
   * or `sleeper`, which leaves the order of the betting
   */
  straddle?: "mississippi" | "none" | "sleeper" | "under_the_gun";
  /** how often the board may be dealt when all are all-in, 1 to 3 */
  run_it?: number;
  /** each so many hands there is a bomb pot; 0 is never */
  bomb_pot_every?: number;
  /** chips; 0 is two big blinds */
  bomb_pot_ante?: number;
  /** 1 or 2 */
  bomb_pot_boards?: number;
  /** bets and raises of a fixed-limit street, the big blind included; 0 is what the variant says */
  max_bets?: number;
  /** to whom they go: as the `rulebook` says, or always to the first winner left of the `button` */
  odd_chips?: "button" | "rulebook";
  /** dead antes count for a pot-limit bet on the first street too */
  whole_pot?: boolean;
}

/**
 * A game that a table may be opened with.
 *
 * `forced` is what is put in before the cards are dealt. `draws` is how often a player may replace
 * cards, `board` whether there are common cards.
 */
export interface VariantSummary {
  /** in words */
  name: string;
  /** how large a bet may be */
  betting: "fixed_limit" | "no_limit" | "pot_limit";
  /**
   * what is put in before the cards: a small and a big blind; antes and one blind by the button;
   * antes alone; or antes and a bring-in by a card that shows
   */
  forced: "antes" | "blinds" | "bring_in" | "button_blind";
  /** so many players at a table */
  max_seats: number;
  /** how often a player may replace cards */
  draws?: number;
  /** whether there are common cards */
  board?: boolean;
}

/** Several games in turn. `games` are the codes; without them each table tells its own. */
export interface MixSummary {
  /** in words */
  name: string;
  /** the codes; without them, the table's config has them */
  games?: string[];
}

/** A table as the lobby lists it. `players` is how many seats are taken. */
export interface TableSummary {
  /** the table's id */
  table: string;
  /** the table's name */
  name: string;
  /** whether hands are being played (`active`) or not (`waiting`), or never again */
  status: "active" | "closed" | "waiting";
  /** how many seats are taken */
  players: number;
  /** the number of the latest hand, 0 before the first */
  hand_number: number;
  /** what is played there */
  config: TableConfig;
}

/**
 * Chips that came to an account, or left it where `amount` is negative.
 *
 * `reason` is grant, refill, buy_in, add_on, top_up, cash_out or refund; `table` is the table that
 * they went to or came from, if any.
 */
export interface AccountTransfer {
  /** grows with time */
  id: number;
  /** when it happened */
  at_ms: number;
  /** `grant`, `refill`, `buy_in`, `add_on`, `top_up`, `cash_out` or `refund` */
  reason: string;
  /** chips; negative where they left the account */
  amount: number;
  /** where they went to or came from */
  table?: string;
}

/**
 * Somebody is to act.
 *
 * The hand's `turn` becomes `turn`, the table's `turns` its `number`.
 */
export interface TurnStarted {
  type: "turn_started";
  /** whose turn, and what is legal */
  turn: Turn;
}

/**
 * The player gave the hand up; `auto` marks an action taken for an absent player.
 *
 * An action; and the part's `folded` becomes true.
 */
export interface Folded {
  type: "folded";
  /** a seat's number */
  seat: number;
  /** done for an absent player */
  auto?: boolean;
}

/**
 * A call; `amount` is what it added.
 *
 * An action; and `amount` goes from the seat's `stack` to the part's `bet`.
 */
export interface Called {
  type: "called";
  /** a seat's number */
  seat: number;
  /** chips */
  amount: number;
}

/**
 * The player checked; `auto` marks an action taken for an absent player.
 *
 * An action, and nothing else.
 */
export interface Checked {
  type: "checked";
  /** a seat's number */
  seat: number;
  /** done for an absent player */
  auto?: boolean;
}

/**
 * A raise; `to` is the player's total for the street.
 *
 * An action; and what the part's `bet` lacks of `to` goes there from the seat's `stack`. The
 * hand's `min_raise` becomes `to` less the hand's `bet`, if that is more than it was; then `bet`
 * becomes `to`, and `aggressor` the seat. The hand's `limit` becomes the event's, if it has one.
 */
export interface Raised {
  type: "raised";
  /** a seat's number */
  seat: number;
  /** the player's total for the street */
  to: number;
  /** the bets of a fixed-limit street; without it, there is none or it stays */
  limit?: FixedLimit;
}

/**
 * The street's first bet; `to` is its size. Completing a bring-in is one.
 *
 * An action; and the state changes as by `raised`.
 */
export interface BetPlaced {
  type: "bet_placed";
  /** a seat's number */
  seat: number;
  /** the player's total for the street */
  to: number;
  /** the bets of a fixed-limit street; without it, there is none or it stays */
  limit?: FixedLimit;
}

/**
 * A betting round is over; `pots` are all pots as they stand now, main pot first.
 *
 * The hand's `pots` become `pots`. Of each part, `in_pots` grows by `bet`, and `bet` becomes 0.
 * The hand's `bet` stays, until a street begins.
 */
export interface BetsCollected {
  type: "bets_collected";
  /** all pots as they stand, main pot first */
  pots: Pot[];
}

/**
 * A street begins: `street` is its index in the variant, `cards` are the new ones.
 *
 * `board` is the board's number where several are dealt: 0 for the first. Where seven card stud
 * runs out of cards, the last one is for all; `opener` is who opens then.
 *
 * The hand's `street` becomes `street`, and `board` grows by `cards`; `bet` becomes 0, `min_raise`
 * `min_bet`, `limit` and `opener` the event's, `aggressor` and `last_actor` null, and the
 * `acted_to` of each part null. But if `board` is not 0, only the board of that number grows: the
 * first of `extra_boards` is number 1.
 */
export interface BoardDealt {
  type: "board_dealt";
  /** which street of the variant, from 0; in hold'em before the flop, flop, turn, river */
  street: number;
  /** the cards */
  cards: string[];
  /** which board, where several are dealt: 0 is the first */
  board?: number;
  /** the bets of a fixed-limit street; without it, there is none or it stays */
  limit?: FixedLimit;
  /** who is first to act on the street, in games with open cards */
  opener?: number;
}

/**
 * A blind: `entry` is what a player owes to be dealt in, live like a big blind, and `dead` a small
 * blind that is owed as well, which nobody has to match. A `sleeper` is a straddle that leaves the
 * order of the betting as it is.
 *
 * `to_match` is the bet that the street then asks for: the whole blind even when the poster was
 * short of it, and the big blind from the first `entry` on.
 *
 * `amount` goes from the seat's `stack` to the part's `bet`; the hand's `bet` becomes `to_match`,
 * and its `last_actor` the seat, unless it is an `entry` or a `sleeper`. `min_raise` and `limit`
 * become the event's where it has them. The part's `acted_to` stays null. But a `dead` blind goes
 * to the hand's `dead`, and is noted in the part's; nothing else changes.
 */
export interface BlindPosted {
  type: "blind_posted";
  /** a seat's number */
  seat: number;
  /** which one; `entry` and `dead` are what a player owes to be dealt in */
  blind: "big" | "button" | "dead" | "entry" | "sleeper" | "small" | "straddle";
  /** chips */
  amount: number;
  /** the bet that the street then asks for */
  to_match: number;
  /** the smallest raise from then on; without it, that stays */
  min_raise?: number;
  /** the bets of a fixed-limit street; without it, there is none or it stays */
  limit?: FixedLimit;
}

/**
 * A pot goes to who won it, or a part of it: the part of the `board` of that number, where there
 * are several, and of its `high` or `low` `side`, where both win.
 *
 * `pot` is the pot's index; `shares` add up to the chips of the part. `hand` is the best hand in
 * words, empty when everybody else folded.
 *
 * The `stack` of each seat in `shares` grows by its `amount`, of which the pot's `amount` goes
 * down. A pot without chips stays in the hand's `pots`, with no `seats`; once all are like that,
 * the hand's `dead`, and the `in_pots` and `dead` of each part, become 0.
 */
export interface PotAwarded {
  type: "pot_awarded";
  /** the pot's place in the list of pots, from 0 */
  pot: number;
  /** who gets how much of it */
  shares: Share[];
  /** the best hand in words, empty when everybody else folded */
  hand?: string;
  /** the board that it was won on, where there are several: 0 is the first */
  board?: number;
  /** which half it is, where high and low split the pot */
  side?: "" | "high" | "low";
}

/**
 * Cards for the players: one list a seat of the table, empty for seats that get none.
 *
 * The hidden `cards` of others are `??`; those in `up` lie face up. `players` are those who were
 * dealt to, one a seat of the table; where it is left out, as in hands of long ago, all hidden
 * cards are `??`. In stud a `street` begins with such a deal, and `opener` is who opens it.
 *
 * If `street` is not 0, the state first changes as by `board_dealt`. The `cards` of each part grow
 * by the seat's list, and its `up` by that of `up`, where there are any. The hand's `opener`
 * becomes `opener`.
 */
export interface HoleCardsDealt {
  type: "hole_cards_dealt";
  /** one list a seat of the table, empty where nothing was dealt */
  cards: string[][];
  /** who was dealt to, one a seat of the table, null where nobody was */
  players?: (string | null)[];
  /** cards that lie face up, one list a seat; without it there are none */
  up?: string[][];
  /** which street of the variant, from 0; in hold'em before the flop, flop, turn, river */
  street?: number;
  /** who is first to act on the street, in games with open cards */
  opener?: number;
  /** the bets of a fixed-limit street; without it, there is none or it stays */
  limit?: FixedLimit;
}

/**
 * What nobody matched went back.
 *
 * `amount` goes from the part's `bet` to the seat's `stack`. The hand's `bet` stays.
 */
export interface UncalledBetReturned {
  type: "uncalled_bet_returned";
  /** a seat's number */
  seat: number;
  /** chips */
  amount: number;
}

/**
 * Hidden cards lie open. At a showdown `hand` is the hand in words, and `low` the low hand where
 * the variant has both and the player has one; before it, they are empty.
 *
 * The part's `cards` become `cards`, and its `shown` true.
 */
export interface CardsShown {
  type: "cards_shown";
  /** a seat's number */
  seat: number;
  /** the cards */
  cards: string[];
  /** the hand in words at a showdown, empty before it */
  hand?: string;
  /** the low hand in words, where there is one */
  low?: string;
}

/**
 * A losing hand was not shown.
 *
 * The part's `mucked` becomes true.
 */
export interface CardsMucked {
  type: "cards_mucked";
  /** a seat's number */
  seat: number;
}

/**
 * The time for the turn is over; what is done for the player comes next.
 *
 * The seat's `timeouts` grows by 1. The turn ends with the action that comes next.
 */
export interface TurnTimedOut {
  type: "turn_timed_out";
  /** a seat's number */
  seat: number;
  /** the turn's number at its table, from 1 */
  turn: number;
}

/**
 * An ante. A `dead` one is paid for the whole table: nobody has to match it.
 *
 * `amount` goes from the seat's `stack` to the part's `in_pots`; a `dead` one to the hand's
 * `dead`, and is noted in the part's as well. No `bet` changes.
 */
export interface AntePosted {
  type: "ante_posted";
  /** a seat's number */
  seat: number;
  /** chips */
  amount: number;
  /** paid for the whole table */
  dead?: boolean;
}

/**
 * A player threw away the `discarded` cards and got those `drawn`; who stood pat has neither.
 *
 * Nothing is drawn where the variant only has its players discard. The cards of others are `??`.
 * `player` is who drew, `street` the hand's; `auto` marks what was done for an absent player.
 *
 * The hand's `turn` becomes null, and the seat leaves its `drawing`. The seat's `timeouts` become
 * 0, unless it is `auto`. Of the part's `cards` the `discarded` go, and the `drawn` come to the
 * end; its `drew` becomes how many were drawn.
 */
export interface CardsDrawn {
  type: "cards_drawn";
  /** a seat's number */
  seat: number;
  /** the player's id */
  player: string;
  /** what was thrown away */
  discarded?: string[];
  /** what came for it; without it nothing did */
  drawn?: string[];
  /** done for an absent player */
  auto?: boolean;
  /** which street of the variant, from 0; in hold'em before the flop, flop, turn, river */
  street?: number;
}

/**
 * The `seats` are to draw or discard, in that order.
 *
 * If `street` is not the hand's, the state first changes as by `board_dealt`. The hand's `bet`
 * becomes 0, and its `drawing` becomes `seats`.
 */
export interface DrawStarted {
  type: "draw_started";
  /** which street of the variant, from 0; in hold'em before the flop, flop, turn, river */
  street: number;
  /** who is to draw or discard, in that order */
  seats: number[];
  /** the bets of a fixed-limit street; without it, there is none or it stays */
  limit?: FixedLimit;
}

/**
 * The player with the lowest card showing, in razz the highest, opened with the bring-in.
 *
 * `to_match` is the whole bring-in, even when the player was short of it.
 *
 * The hand's `bet` becomes `to_match`. Then it is an action; and `amount` goes from the seat's
 * `stack` to the part's `bet`.
 */
export interface BringInPosted {
  type: "bring_in_posted";
  /** a seat's number */
  seat: number;
  /** chips */
  amount: number;
  /** the bet that the street then asks for */
  to_match: number;
  /** done for an absent player */
  auto?: boolean;
}

/**
 * All are all-in, and what is to come of the board is dealt `times` times.
 *
 * The hand's `extra_boards` become `times` less 1 copies of the `board`.
 */
export interface RunItAgreed {
  type: "run_it_agreed";
  /** how often the board is dealt, from where all are all-in */
  times: number;
}

/**
 * The deck ran out: what others threw away was shuffled and becomes the deck.
 *
 * `street` is the hand's, and `seat` who is drawing.
 *
 * What is seen of the table does not change.
 */
export interface DeckReshuffled {
  type: "deck_reshuffled";
  /** never there */
  deck?: string[];
  /** which street of the variant, from 0; in hold'em before the flop, flop, turn, river */
  street?: number;
  /** the seat whose draw it was shuffled for */
  seat?: number;
}

/**
 * A hand begins.
 *
 * `order` lists the seats dealt in, from the left of the button. `button`, `small_blind` and
 * `big_blind` are positions: a dead button or small blind is at a seat that is not in `order`;
 * they stay where they were in games without blinds. `missed` seats were passed by the big blind
 * while sitting out, so they owe one; `missed_small` also owe a small blind. `limit` is the first
 * street's in a fixed-limit game. `boards` is how many boards are dealt; a `bomb_pot` begins on
 * the second street. `at_ms` is when the hand began, in milliseconds UTC; `names` and `stacks` are
 * those of the players in `order`, from before they posted anything. Hands of long ago have none
 * of these three.
 *
 * `hand_number` (from `hand`), `button`, `small_blind` and `big_blind` become the event's,
 * `next_hand_at_ms` and `last_hand` null. `owes_blind` becomes true for the seats in `missed`,
 * `owes_small` for those in `missed_small`, and where there are `blinds`, both become false for
 * those in `order`; `hands_missed` grows by 1 for each seat that is sitting out. The `hands_left`
 * of the `game` becomes 1 less, where there is one. The new `hand` has the `number`, `order`,
 * `min_bet`, `variant`, `limit` and `bomb_pot` of the event, a `min_raise` of `min_bet`, street 0,
 * an empty list in `extra_boards` for each of the `boards` after the first, and a part with
 * defaults for each seat in `order`; the rest is 0, null or empty.
 */
export interface HandStarted {
  type: "hand_started";
  /** the hand's number at its table, from 1 */
  hand: number;
  /** the seat with the button, whether somebody is dealt in there or not */
  button: number;
  /** the small blind's seat; if it is not in `order`, nobody posts it */
  small_blind: number;
  /** the big blind's seat */
  big_blind: number;
  /** the seats dealt in, from the left of the button */
  order: number[];
  /** the smallest bet */
  min_bet: number;
  /** seats that the big blind passed while they sat out */
  missed?: number[];
  /** never there */
  deck?: string[];
  /** the code of the game */
  variant?: string;
  /** seats that owe a small blind too */
  missed_small?: number[];
  /** whether blinds are posted in this hand */
  blinds?: boolean;
  /** the bets of a fixed-limit street; without it, there is none or it stays */
  limit?: FixedLimit;
  /** how many boards are dealt */
  boards?: number;
  /** whether the hand began on its second street, after antes alone */
  bomb_pot?: boolean;
  /** when it began */
  at_ms?: number;
  /** of the players in `order` */
  names?: string[];
  /** of the players in `order`, before anything was posted */
  stacks?: number[];
}

/**
 * `unshown` lists the seats whose cards were not shown; until the next hand, they may be.
 *
 * `hand` becomes null. Where `unshown` has seats, `last_hand` becomes a new one: its `number` is
 * `hand`, its `cards` are those of the parts of the `unshown` seats, and its `shown` is empty.
 */
export interface HandEnded {
  type: "hand_ended";
  /** the hand's number at its table, from 1 */
  hand: number;
  /** seats whose cards were not shown; `show` may show them until the next hand */
  unshown?: number[];
}

/**
 * The hand is over without a winner: `refunds` is what each seat had put in, all of the pot.
 *
 * The `stack` of each seat in `refunds` grows by its `amount`; `hand` becomes null.
 */
export interface HandCancelled {
  type: "hand_cancelled";
  /** the hand's number at its table, from 1 */
  hand: number;
  /** what each seat gets back: all that it had put in */
  refunds: Share[];
}

/**
 * A player shows the own cards of the hand that has ended; they lie open until the next one.
 *
 * In `last_hand`, the seat's `cards` become `cards`, and `shown` has the seat as its last one.
 */
export interface HandShown {
  type: "hand_shown";
  /** the hand's number at its table, from 1 */
  hand: number;
  /** a seat's number */
  seat: number;
  /** the cards */
  cards: string[];
}

/**
 * A hand starts at `at_ms`, if there are still enough players.
 *
 * `next_hand_at_ms` becomes `at_ms`.
 */
export interface NextHandScheduled {
  type: "next_hand_scheduled";
  /** when it starts */
  at_ms: number;
}

/**
 * Too few players are left to deal to, or the table closes.
 *
 * `next_hand_at_ms` becomes null.
 */
export interface NextHandCancelled {
  type: "next_hand_cancelled";
}

/**
 * A player took a free seat, with `stack` chips.
 *
 * The seat has this `player`, `name` and `stack`, and else the defaults: it `owes_blind`.
 */
export interface PlayerSat {
  type: "player_sat";
  /** a seat's number */
  seat: number;
  /** the player's id */
  player: string;
  /** the player's name, as it is shown */
  name: string;
  /** chips in front of the player, without what is bet */
  stack: number;
}

/**
 * The seat is free; `stack` chips went home with the player.
 *
 * Where there is a `last_hand`, the seat's `cards` in it become empty, and it is no more in
 * `shown`.
 */
export interface PlayerStood {
  type: "player_stood";
  /** a seat's number */
  seat: number;
  /** the player's id */
  player: string;
  /** chips that went home */
  stack: number;
}

/**
 * The player stands up when the hand is over.
 *
 * The seat's `leaving` becomes true.
 */
export interface PlayerLeaving {
  type: "player_leaving";
  /** a seat's number */
  seat: number;
}

/**
 * A player brought more chips.
 *
 * The seat's `stack` grows by `amount`.
 */
export interface ChipsAdded {
  type: "chips_added";
  /** a seat's number */
  seat: number;
  /** the player's id */
  player: string;
  /** chips */
  amount: number;
}

/**
 * The player is dealt no further hands.
 *
 * The seat's `sitting_out` becomes true.
 */
export interface PlayerSatOut {
  type: "player_sat_out";
  /** a seat's number */
  seat: number;
  /** whether the player asked, was timed out twice, or has lost all chips */
  reason: "asked" | "busted" | "timed_out";
}

/**
 * The player is dealt in again.
 *
 * The seat's `sitting_out` becomes false, its `timeouts` and `hands_missed` 0.
 */
export interface PlayerSatIn {
  type: "player_sat_in";
  /** a seat's number */
  seat: number;
}

/**
 * The player straddles from now on where it is possible, or does so no more.
 *
 * The seat's `straddle` becomes `on`.
 */
export interface StraddleSet {
  type: "straddle_set";
  /** a seat's number */
  seat: number;
  /** whether the player straddles */
  on: boolean;
}

/**
 * The player agrees to have the board run up to `times` times.
 *
 * The seat's `run_it` becomes `times`.
 */
export interface RunItSet {
  type: "run_it_set";
  /** a seat's number */
  seat: number;
  /** the most that the player agrees to */
  times: number;
}

/**
 * The next `hands` hands are of this variant; `seat` is who chose it, if anybody did, and
 * `chooser` who still may.
 *
 * The table's `game` becomes a new one of this `variant`, with this `chooser`, and `hands` as its
 * `hands_left`.
 */
export interface GameChanged {
  type: "game_changed";
  /** its code */
  variant: string;
  /** so many hands of it follow */
  hands: number;
  /** who has chosen it, if anybody has */
  seat?: number;
  /** the seat that may name the game until the next hand begins, if there is one */
  chooser?: number;
}

/**
 * The clock stood still for a while, and now ends at `deadline_ms`.
 *
 * That is the new `deadline_ms` of the turn, or `next_hand_at_ms` where it is nobody's turn.
 */
export interface ClockResumed {
  type: "clock_resumed";
  /** when the clock runs out */
  deadline_ms: number;
}

/** The first event of every table. All its seats are free. */
export interface TableOpened {
  type: "table_opened";
  /** the table's id */
  id: string;
  /** the table's name */
  name: string;
  /** what is played there */
  config: TableConfig;
}

/**
 * The last event of a table; all seats are free by then.
 *
 * `closed` becomes true.
 */
export interface TableClosed {
  type: "table_closed";
  /**
   * nothing happened there and nobody watched for the operator's `ABANDONED_TABLE_MS`
   * (`UNUSED_TABLE_MS` where nobody has played), the stored table was not the newest one, or an
   * admin wanted it
   */
  reason: "abandoned" | "operator" | "overtaken";
}

/** Of the stored log alone. At the table it changes nothing. */
export interface LogRestarted {
  type: "log_restarted";
  /** always null */
  table: Table | null;
}

/**
 * A hand in play. `seats` has one entry a seat of the table, null for those not dealt in.
 *
 * `order` lists the dealt-in seats from the left of the button. `bet` is the bet to match on this
 * street and `min_raise` the smallest full raise. `aggressor` bet or raised last on this street;
 * `last_actor` is the seat after which the next one acts: who acted last, or posted the big blind,
 * or null where a street has just begun; then `opener` acts first, or for null the first in
 * `order`. `dead` is money that nobody has to match. `limit` is there in fixed-limit games, where
 * `min_raise` has no meaning. The seats `drawing` have still to draw or discard, in that order.
 * `discards` has the cards that each seat threw away. `extra_boards` are the second and third
 * board, whole, where there are several.
 */
export interface Hand {
  /** the hand's number */
  number: number;
  /** the seats dealt in, from the left of the button */
  order: number[];
  /** one entry a seat of the table, null for those not dealt in */
  seats: (HandSeat | null)[];
  /** always empty */
  deck: string[];
  /** the smallest bet */
  min_bet: number;
  /** which street of the variant, from 0; in hold'em before the flop, flop, turn, river */
  street?: number;
  /** the common cards */
  board?: string[];
  /** the bet to match on this street */
  bet?: number;
  /** the smallest full raise: how much more than `bet`; at first `min_bet` */
  min_raise?: number;
  /** the seat that bet or raised last on this street */
  aggressor?: number;
  /** the seat after which the next one acts */
  last_actor?: number;
  /** antes and blinds that nobody has to match */
  dead?: number;
  /** all pots as they stand, main pot first */
  pots?: Pot[];
  /** whose turn it is; null while it is nobody's */
  turn?: Turn;
  /** the code of the game that is played */
  variant?: string;
  /** who is first to act on the street, in games with open cards */
  opener?: number;
  /** the bets of the street in a fixed-limit game */
  limit?: FixedLimit;
  /** the seats that are still to draw or discard, in that order */
  drawing?: number[];
  /** never there */
  discards?: string[][];
  /** the boards after the first, where several are dealt */
  extra_boards?: string[][];
  /** whether the hand began on its second street, after antes alone */
  bomb_pot?: boolean;
}

/**
 * What is kept of the hand that ended last, until the next one starts.
 *
 * `cards` has one list a seat of the table: the hole cards that were not shown while the hand was
 * played, while their player stays; empty for all others. Those of the seats in `shown` lie open
 * since; of the others each player knows the own ones. Where all cards were shown, there is no
 * last hand.
 */
export interface LastHand {
  /** the hand's number */
  number: number;
  /** the hole cards that were not shown in play, one list a seat */
  cards: string[][];
  /** the seats whose cards lie open since */
  shown: number[];
}

/**
 * The game of a mix that is being played, and how many hands of it are left.
 *
 * `chooser` is the seat that may name the game of the hand that is due, if there is one.
 */
export interface Game {
  /** its code */
  variant: string;
  /** so many hands of it are still to be dealt, before the next one */
  hands_left: number;
  /** the seat that may name the game until the next hand begins, if there is one */
  chooser: number | null;
}

/** `burst` at once; what has been used comes back evenly, all of it within `over_ms`. */
export interface RateLimit {
  /** so many at once */
  burst: number;
  /** the time in which all of them come back, evenly */
  over_ms: number;
}

/**
 * Whose turn it is and what is legal.
 *
 * `number` is the table's count of turns, so a late answer never fits another turn. `actions` are
 * the legal ones; `call` is the chips that a call adds, 0 where none is legal; `min_to` and
 * `max_to` bound a bet or raise, as the total for the street, and are 0 where neither is legal.
 * They are equal where all the chips make no full raise: all-in is the only one then. Where there
 * are `sizes`, only those totals are legal. In a draw, `discard_min` and `discard_max` bound the
 * cards to be thrown away.
 */
export interface Turn {
  /** a seat's number */
  seat: number;
  /** the turn's number, for `act` */
  number: number;
  /** what is legal */
  actions: string[];
  /** chips that a call adds */
  call: number;
  /** the smallest legal bet or raise, as the total for the street; 0 where none is */
  min_to: number;
  /** the largest, likewise: all-in; may be the same */
  max_to: number;
  /** when the turn began */
  started_ms: number;
  /** when the clock runs out */
  deadline_ms: number;
  /** the only legal totals of a bet or raise, where there are several */
  sizes?: number[];
  /** the fewest cards to throw away; 0 where the player may stand pat */
  discard_min?: number;
  /** the most */
  discard_max?: number;
}

/**
 * A taken seat.
 *
 * `timeouts` counts turns in a row that the clock ended, `hands_missed` hands that began while the
 * player was sitting out. `owes_blind` is set while the player has to post a big blind to be dealt
 * in, as everybody has who is new; `owes_small` while a dead small blind is due as well. A
 * `leaving` player is stood up when the hand is over. The player straddles where it is possible if
 * `straddle` is set, and would have the board run up to `run_it` times.
 */
export interface Seat {
  /** the player's id */
  player: string;
  /** the player's name, as it is shown */
  name: string;
  /** chips in front of the player, without what is bet */
  stack: number;
  /** is dealt no hands */
  sitting_out?: boolean;
  /** stands up when the hand is over */
  leaving?: boolean;
  /** turns in a row that the clock ended */
  timeouts?: number;
  /** has to post a big blind to be dealt in */
  owes_blind?: boolean;
  /** hands that began since the player sits out */
  hands_missed?: number;
  /** has to post a dead small blind as well */
  owes_small?: boolean;
  /** straddles where it is possible */
  straddle?: boolean;
  /** how often the player would have the board dealt */
  run_it?: number;
}

/**
 * A fixed-limit street: so many `bets` and raises, the last full one to `full_bet`.
 *
 * The next one is to `full_bet` plus `size`; there is none where `size` is 0.
 */
export interface FixedLimit {
  /** how many bets and raises there were */
  bets: number;
  /** the last full one was to so many chips */
  full_bet: number;
  /** the next one is to so many more; there is none where this is 0 */
  size: number;
}

/** A main or side pot: its chips and the seats that can win it, in order from the button. */
export interface Pot {
  /** chips */
  amount: number;
  /** who can win it, in order from the button */
  seats: number[];
}

/** What one seat takes out of a pot. */
export interface Share {
  /** a seat's number */
  seat: number;
  /** chips */
  amount: number;
}

/**
 * One player's part in a hand.
 *
 * `cards` are the hidden ones, `up` those that lie face up. `bet` is what lies in front of the
 * player on this street, `in_pots` what earlier streets and matched antes took, `acted_to` the bet
 * to match as it was after the player's last action on this street (after an own raise, that is
 * the raise), or null before the first one. `dead` is what nobody has to match. `drew` is how many
 * cards the player drew last, or null before the first draw.
 */
export interface HandSeat {
  /** the hidden cards */
  cards?: string[];
  /** chips put in on this street */
  bet?: number;
  /** chips put in on earlier streets, and matched antes */
  in_pots?: number;
  /** the bet to match after the player's last action on this street; null before it */
  acted_to?: number;
  /** out of the hand */
  folded?: boolean;
  /** the cards lie open */
  shown?: boolean;
  /** lost, and did not show */
  mucked?: boolean;
  /** the cards that lie face up */
  up?: string[];
  /** chips put in that nobody has to match */
  dead?: number;
  /** how many cards the player drew last; null before the first draw */
  drew?: number;
}

export type ClientMessage =
  | Act
  | Ping
  | Watch
  | Unwatch
  | Sit
  | Stand
  | SitOut
  | SitIn
  | AddChips
  | Show
  | Straddle
  | RunIt
  | ChooseGame
  | GetHand
  | Chat
  | ListTables
  | WatchLobby
  | CreateTable
  | CloseTable
  | Logout
  | GetAccount
  | Refill
  | Hello;

export type ServerMessage =
  | Events
  | Accepted
  | Rejected
  | Snapshot
  | Pong
  | Welcome
  | Tables
  | Lobby
  | Account
  | HandEvents
  | ChatSaid
  | Notice;

export type TableEvent =
  | TurnStarted
  | Folded
  | Called
  | Checked
  | Raised
  | BetPlaced
  | BetsCollected
  | BoardDealt
  | BlindPosted
  | PotAwarded
  | HoleCardsDealt
  | UncalledBetReturned
  | CardsShown
  | CardsMucked
  | TurnTimedOut
  | AntePosted
  | CardsDrawn
  | DrawStarted
  | BringInPosted
  | RunItAgreed
  | DeckReshuffled
  | HandStarted
  | HandEnded
  | HandCancelled
  | HandShown
  | NextHandScheduled
  | NextHandCancelled
  | PlayerSat
  | PlayerStood
  | PlayerLeaving
  | ChipsAdded
  | PlayerSatOut
  | PlayerSatIn
  | StraddleSet
  | RunItSet
  | GameChanged
  | ClockResumed
  | TableOpened
  | TableClosed
  | LogRestarted;

/** A command of a type, without the id that a connection gives it. */
export type Command<T extends ClientMessage["type"]> = { type: T } & Omit<
  Extract<ClientMessage, { type: T }>,
  "id" | "type"
>;

/** What answers each command, by its type; `rejected` is the other answer. */
export interface Answers {
  act: Accepted;
  add_chips: Accepted;
  chat: Accepted;
  choose_game: Accepted;
  close_table: Accepted;
  create_table: Accepted;
  get_account: Account;
  get_hand: HandEvents;
  hello: Welcome;
  list_tables: Tables;
  logout: Accepted;
  ping: Pong;
  refill: Accepted;
  run_it: Accepted;
  show: Accepted;
  sit: Accepted;
  sit_in: Accepted;
  sit_out: Accepted;
  stand: Accepted;
  straddle: Accepted;
  unwatch: Accepted;
  watch: Accepted;
  watch_lobby: Accepted;
}
