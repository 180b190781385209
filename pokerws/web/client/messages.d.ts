/**
 * The messages of protocol v1, generated from the server's structs by
 * `python -m pokerws.schema types > pokerws/web/client/messages.d.ts`.
 *
 * A newer server may send types and fields that are not here.
 */

/**
 * Act in a turn.
 *
 * `amount` is for `bet` and `raise`: the player's total for the street (raise to). It is from
 * `min_to` to `max_to` of the turn, or one of its `sizes` if it has any. `cards` is for `discard`:
 * one or more cards, from `discard_min` to `discard_max` of the turn.
 */
export interface Act {
  type: "act";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** the number of the turn that is answered */
  turn: number;
  /** one of the turn's `actions` */
  action: "bet" | "bring_in" | "call" | "check" | "discard" | "fold" | "raise" | "stand_pat";
  /** for a bet or raise only: the player's total for the street (raise **to**) */
  amount?: number | null;
  /** for a discard only: the cards to discard */
  cards?: string[] | null;
}

/** Check that the server responds, and read its clock. */
export interface Ping {
  type: "ping";
  /** the client's name for the command; the answer repeats it */
  id: string;
}

/**
 * Subscribe to a table, or to several `tables`.
 *
 * The server first sends the events after `after_seq` if they are available, else a snapshot.
 * `epoch` is that of the message from which `after_seq` was taken. A connection may watch a table
 * that it already watches, for example to catch up. Either `table` or `tables` must be there; the
 * fields beside `table` are not allowed with `tables`, since each of those has its own.
 *
 * An unlisted table needs the `key` of its link. Its host, and players who sit there or whom the
 * host has approved, need none.
 */
export interface Watch {
  type: "watch";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id, unless there are `tables` */
  table?: string | null;
  /** the number of the last event that the client has */
  after_seq?: number | null;
  /** the epoch of that event; if absent, a snapshot is sent */
  epoch?: number | null;
  /** several tables, instead of `table` */
  tables?: TableWatch[] | null;
  /** the secret in the link of an unlisted table */
  key?: string | null;
}

/** Unsubscribe from a table. The player keeps the seat. */
export interface Unwatch {
  type: "unwatch";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
}

/**
 * Take a seat, with chips from the player's account; without `seat`, the first free one.
 *
 * A player may sit down without watching the table, but then gets no events of it. `key` is as in
 * `watch`. If the table needs the host's approval, the first `sit` asks for it: it is accepted,
 * and `seat_requested` follows. After `seat_approved` the player sends `sit` again. A player with
 * a reserved seat gets that one. A player who owes blinds waits for the big blind, or with the
 * `entry` `post`, posts them in the next hand in which that is possible.
 */
export interface Sit {
  type: "sit";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** chips to bring */
  buy_in: number;
  /** the seat to take; if absent, the first free one */
  seat?: number | null;
  /** the secret in the link of an unlisted table */
  key?: string | null;
  /** whether to wait for the big blind, or to `post` the blinds that are owed */
  entry?: "post" | "wait";
}

/**
 * Leave the seat and return the chips to the account; during a hand, at its end.
 *
 * For the rest of that hand the server acts for the player at once: it checks if that is free,
 * else folds. That cannot be undone. Without a seat, `stand` withdraws a request for one. With
 * `when`, the player leaves after playing this `hand`, or right before the next big blind comes;
 * `stay` undoes it.
 */
export interface Stand {
  type: "stand";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** now, after this `hand`, or right before the next big blind comes */
  when?: "hand" | "next_big_blind" | "now";
}

/**
 * Sit out: get no further hands, but keep the seat. A hand in play is played to its end.
 *
 * It begins at once, or right before the `next_big_blind` comes; `sit_in` and `stay` undo that.
 */
export interface SitOut {
  type: "sit_out";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** now, or right before the next big blind comes */
  when?: "next_big_blind" | "now";
}

/**
 * Sit in again. After too many time-outs, the player also gets turns again in the current hand.
 *
 * `entry` is that of `sit`, for blinds that were missed.
 */
export interface SitIn {
  type: "sit_in";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** whether to wait for the big blind, or to `post` the blinds that are owed */
  entry?: "post" | "wait";
}

/**
 * Add chips to the stack, while not in a hand.
 *
 * The new stack must be from `min_buy_in` to `max_buy_in`. Without `amount` it is filled to
 * `max_buy_in`, or as far as the account allows.
 */
export interface AddChips {
  type: "add_chips";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** chips to bring; if absent, as many as table and account allow */
  amount?: number | null;
}

/**
 * Show the player's cards of `hand`, which has just ended, before the next hand starts.
 *
 * A player who folded, mucked, or won without a call may do this once. With `cards`, only these
 * are shown, and the others may be shown later. All viewers get `hand_shown`, or `part_shown`
 * while some cards are not shown.
 */
export interface Show {
  type: "show";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** the number of the hand that has just ended */
  hand: number;
  /** only these; if absent, all */
  cards?: string[] | null;
}

/**
 * Turn straddling on or off, from the next hand on.
 *
 * With it on, the player straddles whenever possible. `house` of the table's config has the kind
 * of straddle.
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
 * Agree to run the board up to `times` times when all players left in the hand are all-in.
 *
 * The board is run as often as all of them agree to, and `house` of the table's config allows. The
 * setting lasts until the player changes it or leaves the seat.
 */
export interface RunIt {
  type: "run_it";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** the maximum number of boards that the player agrees to */
  times: number;
}

/** Choose the game of the next hand, at a table where the player on the button does so. */
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
 * Request a finished hand, as this player saw it.
 *
 * `format` selects its events (`json`), or a `text` for programs that read hand histories: in the
 * Poker Hand History standard (`phh`), the format of PokerStars (`pokerstars`), or Open Hand
 * History (`ohh`), which has hold'em and Omaha only.
 */
export interface GetHand {
  type: "get_hand";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** the number of the requested hand */
  hand: number;
  /** the format of the answer */
  format?: "json" | "ohh" | "phh" | "pokerstars";
  /** the secret in the link of an unlisted table */
  key?: string | null;
}

/**
 * Request a page of finished hands, newest first, which `get_hand` can return.
 *
 * They are those of a `table`, or those that the player was dealt into (`mine`); with both, the
 * player's at that table. `before` is the `next` of the page before. Hands that are played
 * meanwhile do not change the pages that follow.
 */
export interface ListHands {
  type: "list_hands";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table whose hands are listed; if absent, all tables, with `mine` only */
  table?: string | null;
  /** whether only hands are listed that the player was dealt into */
  mine?: boolean;
  /** the `next` of the page before; if absent, the page with the latest hands */
  before?: string | null;
  /** the most hands of the page */
  limit?: number;
  /** the secret in the link of an unlisted table */
  key?: string | null;
}

/**
 * Request the statistics of the latest `hands`.
 *
 * With a `table` they count all of its latest hands. Otherwise they count the player's latest
 * hands, at all tables.
 *
 * Players get their own. If `statistics` of the table's config is `all`, players with a seat there
 * get those of all players of these hands, or of one `player`. An operator or admin gets those of
 * all players at every table.
 */
export interface GetStats {
  type: "get_stats";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table whose hands are counted; if absent, the player's at all tables */
  table?: string | null;
  /** the player whose statistics are wanted */
  player?: string | null;
  /** the most hands that are counted */
  hands?: number;
  /** the secret in the link of an unlisted table */
  key?: string | null;
}

/** Send a chat message to all viewers of a table. The player must watch it too. */
export interface Chat {
  type: "chat";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** the text of the chat message */
  text: string;
}

/**
 * Request a list of open tables, oldest first.
 *
 * With any of the optional fields it is a page of at most `limit` tables, by default 100. `after`
 * is the `next` of the page before. Tables that are open all the while are on exactly one page,
 * though others open and close meanwhile. Without these fields, all tables are listed.
 */
export interface ListTables {
  type: "list_tables";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the conditions that tables must meet; if absent, none */
  filter?: TableFilter | null;
  /** the `next` of the page before; if absent, the first page */
  after?: number | null;
  /** the most tables of the page */
  limit?: number | null;
}

/**
 * Subscribe to `lobby` messages about changed tables, until `unwatch_lobby`.
 *
 * With `filter` or `limit` these are about the oldest tables that meet the filter, at most `limit`
 * of them, by default 100. Without both they are about all tables, in the form that older clients
 * know. Sent again, it replaces the subscription and sends the list again.
 */
export interface WatchLobby {
  type: "watch_lobby";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the conditions that tables must meet; if absent, none */
  filter?: TableFilter | null;
  /** the most tables of the list */
  limit?: number | null;
}

/** Unsubscribe from `lobby` messages. It is accepted without a subscription too. */
export interface UnwatchLobby {
  type: "unwatch_lobby";
  /** the client's name for the command; the answer repeats it */
  id: string;
}

/**
 * Create a table, and be its host. The player is not seated there, and does not watch it yet.
 *
 * For an unlisted table `accepted` has the `key` that others need to find it.
 */
export interface CreateTable {
  type: "create_table";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's name */
  name: string;
  /** the table's game, stakes and options */
  config: Partial<TableConfig>;
}

/**
 * Close a table for good: its hand is cancelled, and all chips return to the accounts.
 *
 * Only the table's host, an operator or an admin may do this.
 */
export interface CloseTable {
  type: "close_table";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
}

/**
 * End the session: all its connections are closed with 4403 after `accepted`.
 *
 * Its token becomes invalid. The player keeps the seat, and the name stays reserved until the
 * token would have expired.
 */
export interface Logout {
  type: "logout";
  /** the client's name for the command; the answer repeats it */
  id: string;
}

/**
 * Request the player's account with its latest transfers, at most 50.
 *
 * `before` requests an older page: it is the id of the oldest transfer that the client has.
 */
export interface GetAccount {
  type: "get_account";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the `id` of a transfer; the page before it is returned */
  before?: number | null;
}

/** Request free chips for the player's account, if a refill is due. */
export interface Refill {
  type: "refill";
  /** the client's name for the command; the answer repeats it */
  id: string;
}

/**
 * The first message: authenticates the player.
 *
 * `token` is the `session` of an earlier `welcome`, or a token of the operator's login service.
 * Sending `hello` again with a newer token renews it. Without a token, a new guest plays under
 * `name`. With a `session`, `name` renames the player. With a token of the login service, it is
 * used only if the token has no name, or one that is taken. `capabilities` are the optional parts
 * of the protocol that the client wants; without the list, all. A client that has kept `variants`
 * and `mixes` of an earlier `welcome` sends its `games_etag`: if they are still the same, they are
 * not sent again. The `code` of a `link` stands for token and name.
 */
export interface Hello {
  type: "hello";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** an earlier `session`, or a token of the operator's login service */
  token?: string | null;
  /** the name to play under; required unless a token has one; with a `session`, a new name */
  name?: string | null;
  /** the protocol version */
  protocol?: number;
  /** the optional parts that the client wants; if absent, all */
  capabilities?: string[] | null;
  /** the `games_etag` of the `welcome` whose games the client has kept */
  games_etag?: string | null;
  /** the `code` of a `link` that this player has made on another device */
  code?: string | null;
}

/**
 * Remove a player from the seat; during a hand, at its end, as after `stand`.
 *
 * The chips return to the account. The player may not sit down at this table again for `minutes`,
 * and is told by the notice `kicked`.
 */
export interface Kick {
  type: "kick";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** the player's id */
  player: string;
  /** for how long the player may not sit down at this table; 0 is no time */
  minutes?: number;
  /** why; the player is told */
  reason?: string | null;
}

/** Refuse a player's chat for `minutes`, in place of an earlier mute. */
export interface Mute {
  type: "mute";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the player's id */
  player: string;
  /** for how long */
  minutes: number;
  /** why; the player is told */
  reason?: string | null;
}

/** Let a player chat again. */
export interface Unmute {
  type: "unmute";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the player's id */
  player: string;
}

/**
 * Keep a player, or everybody from an address, off the server for `minutes`.
 *
 * Their connections are closed with 4423 and their seats are freed, as by `kick`. It replaces an
 * earlier ban of the same player or address.
 */
export interface Ban {
  type: "ban";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** for how long */
  minutes: number;
  /** the player's id, unless there is an `address` */
  player?: string | null;
  /**
   * an IP address or a network, such as `203.0.113.7` or `2001:db8::/64`; an IPv6 address stands for
   * its /64
   */
  address?: string | null;
  /** why; the player is told */
  reason?: string | null;
}

/** End the ban of a player or an address. */
export interface Unban {
  type: "unban";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the player's id, unless there is an `address` */
  player?: string | null;
  /**
   * an IP address or a network, such as `203.0.113.7` or `2001:db8::/64`; an IPv6 address stands for
   * its /64
   */
  address?: string | null;
}

/**
 * End all sessions of a player, as `logout` does. The player keeps seat and chips.
 *
 * All tokens of the player from before become invalid.
 */
export interface EndSession {
  type: "end_session";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the player's id */
  player: string;
}

/** Request the sanctions in force: bans, mutes, kicks and ended sessions. */
export interface ListBans {
  type: "list_bans";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the number of the page of up to 200 entries, from 0 */
  page?: number;
}

/** Request the players who are connected, seated, or left a short time ago. */
export interface ListPlayers {
  type: "list_players";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the number of the page of up to 200 entries, from 0 */
  page?: number;
}

/**
 * Add the player's time bank to the time of turn number `turn`.
 *
 * This is for tables whose bank is used on demand. Time of the turn that is left comes first:
 * asking early costs nothing of the bank.
 */
export interface UseTimeBank {
  type: "use_time_bank";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** the number of the turn that needs more time */
  turn: number;
}

/**
 * Ask the server for one more bot at the table. Only the host may do this.
 *
 * The server plays it: it takes a free seat while people are at the table, sits out while no
 * person plays, and gives up its seat to a person who wants it. Without a `name` the server
 * chooses one.
 */
export interface AddBot {
  type: "add_bot";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** how the bot plays */
  style: "calling_station" | "loose_aggressive" | "tight_aggressive";
  /** the name of the bot; if absent, the server chooses one */
  name?: "Archimedes" | "Bernoulli" | "Cantor" | "Dedekind" | "Euler" | "Fourier" | "Galois" | "Hilbert" | "Jacobi" | "Kepler" | "Lagrange" | "Moebius" | "Noether" | "Poincare" | "Riemann" | "Shannon" | "Turing" | "Venn" | "Weierstrass" | "Zeno" | null;
}

/**
 * Remove a wanted bot; during a hand, at its end. Only the host may do this.
 *
 * `player` is that of an entry in the table's `bots`.
 */
export interface RemoveBot {
  type: "remove_bot";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** the bot's player id */
  player: string;
}

/**
 * Vote for the next hand to be a bomb pot, or take the vote back.
 *
 * `bomb_pot_vote` in `house` of the table's config says how many votes it takes. A vote ends when
 * a hand starts, and when its player leaves the seat.
 */
export interface VoteBombPot {
  type: "vote_bomb_pot";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** whether to vote, or to take the vote back */
  on: boolean;
}

/**
 * Ask to see the board cards that would have come in `hand`, before the next hand starts.
 *
 * `rabbit_hunt` in `house` of the table's config says whether one request is enough. Otherwise all
 * players of the hand who still have a seat must ask.
 */
export interface RabbitHunt {
  type: "rabbit_hunt";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** the number of the hand that has just ended */
  hand: number;
}

/**
 * Muck hands that lose at the showdown, where that is allowed, or show them.
 *
 * It is on when a player sits down, until the player turns it off.
 */
export interface AutoMuck {
  type: "auto_muck";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** whether losing hands are mucked */
  on: boolean;
}

/**
 * Remove a player from the seat; during a hand, at its end, as after `stand`.
 *
 * The player may sit down again, but needs an approval where seats are approved.
 */
export interface HostKick {
  type: "host_kick";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** the player's id */
  player: string;
}

/** Ban a player from the seats of this table, and remove the player from the seat. */
export interface HostBan {
  type: "host_ban";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** the player's id */
  player: string;
}

/** Let a banned player sit down at this table again. */
export interface HostUnban {
  type: "host_unban";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** the player's id */
  player: string;
}

/**
 * Refuse a player's chat and reactions at this table, or with `on` false, allow them again.
 *
 * The player need not sit there.
 */
export interface HostMute {
  type: "host_mute";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** the player's id */
  player: string;
  /** whether to mute */
  on?: boolean;
}

/** Start no further hands; the one in play is played to its end. */
export interface PauseTable {
  type: "pause_table";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
}

/** End the pause of the table. */
export interface ResumeTable {
  type: "resume_table";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
}

/**
 * Change the table's config: at once between hands, otherwise when the hand is over.
 *
 * `seats` cannot change, nor can `unlisted` and `bank` of `hosting`. Sending the present config
 * withdraws a change that waits.
 */
export interface ChangeTable {
  type: "change_table";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** the whole config */
  config: Partial<TableConfig>;
}

/** Make another player who sits at the table its host. */
export interface HandOver {
  type: "hand_over";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** the player's id */
  player: string;
}

/** Request the key in the link of an unlisted table. */
export interface GetLink {
  type: "get_link";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
}

/**
 * Make the key of an unlisted table invalid; `get_link` has the new one.
 *
 * Players with a seat or an approval need no key, and viewers of the table keep watching it.
 */
export interface RenewLink {
  type: "renew_link";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
}

/** Let a player who asked for a seat sit down, now and later. */
export interface ApproveSeat {
  type: "approve_seat";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** the player's id */
  player: string;
}

/** Refuse a player who asked for a seat, or take the approval back. It frees no seat. */
export interface DenySeat {
  type: "deny_seat";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** the player's id */
  player: string;
}

/** Give a player chips from the table's bank, while the player is not in a hand. */
export interface GiveChips {
  type: "give_chips";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** the player's id */
  player: string;
  /** chips, at least 1 */
  amount: number;
}

/** Take chips from a player, back to the table's bank, while the player is not in a hand. */
export interface TakeChips {
  type: "take_chips";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** the player's id */
  player: string;
  /** chips, at least 1, and at most the stack */
  amount: number;
}

/**
 * Post the owed blind from the next hand on; with `on` false, wait for the big blind.
 *
 * A player between the button and the big blind is dealt in after that.
 */
export interface PostBlind {
  type: "post_blind";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** whether to post */
  on?: boolean;
}

/** Drop the player's plan to leave, or to sit out at the next big blind. */
export interface Stay {
  type: "stay";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
}

/**
 * Have the server add chips from the account between hands, until the player leaves the seat.
 *
 * A stack below `top_up_to` is filled up to that, and an empty one to `rebuy_to`, with at most
 * `at_most` chips in all. Without `top_up_to` and `rebuy_to`, none are added. If the account has
 * too few, nothing is added, and the player gets a notice `auto_chips_failed`.
 */
export interface AutoChips {
  type: "auto_chips";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** what a smaller stack is filled up to; 0 is never */
  top_up_to?: number;
  /** what an empty stack is filled up to; 0 is never */
  rebuy_to?: number;
  /** the most chips that are added in all; if absent, any number */
  at_most?: number | null;
}

/**
 * Wait for a seat at a full `table`, or at any table that meets the `filter`.
 *
 * One of the two must be there. The player gets `waiting` messages. A seat that becomes free is
 * reserved for the first connected player of the list. A player can wait at any number of tables,
 * and with one filter. A restart of the server forgets the one with a filter. `key` is as in
 * `watch`.
 */
export interface JoinWaitingList {
  type: "join_waiting_list";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the full table, unless there is a `filter` */
  table?: string | null;
  /** the conditions of any table, instead of `table` */
  filter?: TableFilter | null;
  /** the secret in the link of an unlisted table */
  key?: string | null;
}

/** Stop waiting at `table`, or without one, with the filter. It gives up a reserved seat. */
export interface LeaveWaitingList {
  type: "leave_waiting_list";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table; if absent, waiting with a filter ends */
  table?: string | null;
}

/**
 * Reserve a seat at the table with the most players that meets the `filter` and has one free.
 *
 * `accepted` has the `table`; take the seat with `sit`. While a seat is reserved for the player,
 * `quick_seat` answers with its table.
 */
export interface QuickSeat {
  type: "quick_seat";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the conditions that tables must meet; if absent, none */
  filter?: TableFilter | null;
}

/**
 * Set what to do in the next turn of this betting round; it replaces an earlier pre-action.
 *
 * `check_fold` checks if that is free, and folds otherwise; `call_any` calls whatever it costs.
 * `amount` is for `raise`, the player's total for the street, and for `call`, what the player sees
 * it cost. With `street` it is refused if that street is over. Without an `action` the player
 * takes it back. See [at a table](#at-a-table).
 */
export interface PreAct {
  type: "pre_act";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** the hand that the player sees */
  hand: number;
  /** what to do; absent to take it back */
  action?: "call" | "call_any" | "check" | "check_fold" | "fold" | "raise" | null;
  /** for a raise the total for the street, for a call what it costs */
  amount?: number | null;
  /** the street that the player sees */
  street?: number | null;
}

/**
 * Request the chips that each player brought to a table, open or closed, and took away.
 *
 * Players who have brought chips there may do this, and operators and admins. `after` is the
 * `next` of the page before. With the `format` `csv` the page is a `text`.
 */
export interface GetLedger {
  type: "get_ledger";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** the `next` of the page before */
  after?: string | null;
  /** `csv` for a spreadsheet */
  format?: "csv" | "json";
}

/**
 * Request a code that brings this player to another device, with name, chips and seat.
 *
 * `hello` of the other device has it as `code`. It is valid once, and for five minutes; a newer
 * one replaces it. Without `keep`, the session that asks for it ends when the code is used, as by
 * `logout`. Links are for guests: other players sign in with a token of the login service.
 */
export interface CreateLink {
  type: "create_link";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** whether the session that asks goes on when the code is used */
  keep?: boolean;
}

/** Show a quick reaction to all viewers of a table. The player must watch it too. */
export interface React {
  type: "react";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** one of the reactions */
  reaction: "angry" | "cry" | "good_luck" | "hurry_up" | "laugh" | "nice_hand" | "thanks" | "well_played" | "wow";
}

/**
 * Stop receiving chat and reactions of a player at all tables, or receive them again.
 *
 * The mute is stored with the account, and the muted player does not learn of it.
 */
export interface MutePlayer {
  type: "mute_player";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the player's id */
  player: string;
  /** whether to mute */
  on?: boolean;
}

/**
 * Store a private note about a player with the account, in place of an earlier one.
 *
 * A note with neither text nor colour is erased.
 */
export interface SetNote {
  type: "set_note";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the player's id */
  player: string;
  /** the note */
  text?: string;
  /** the colour of its mark; empty for none */
  colour?: "" | "blue" | "green" | "orange" | "purple" | "red" | "yellow";
}

/** Request the player's notes and mutes. */
export interface GetNotes {
  type: "get_notes";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the number of the page of up to 200 entries, from 0 */
  page?: number;
}

/** Request who watches a table without a seat there. */
export interface ListWatchers {
  type: "list_watchers";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
}

/**
 * Events of a table, in order. `seq` is the number of the first one.
 *
 * Some messages have a `state_hash`, with which a client [checks](#checking-the-state) the state
 * that it has after the last event.
 */
export interface Events {
  type: "events";
  /** the table's id */
  table: string;
  /** numbers of events can be compared only within one epoch */
  epoch: number;
  /** the number of the first event */
  seq: number;
  /** the server's clock */
  now_ms: number;
  /** the events, in order */
  events: TableEvent[];
  /** a hash of the state after this message, as the viewer sees it */
  state_hash?: string;
}

/**
 * The command was carried out.
 *
 * For `create_table` and commands that change a table, `seq` is the number of the first event that
 * the command caused, and `accepted` is sent right before that event. `table` is the table of
 * `create_table`, `watch`, `unwatch`, `chat`, `react` or `quick_seat`. For a `watch` of several
 * tables, `tables` has the outcome for each, in the order of the command. `key` is the secret of a
 * new unlisted table.
 */
export interface Accepted {
  type: "accepted";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the number of the first event that the command caused */
  seq?: number;
  /** the table that was created, watched, unwatched or chatted at */
  table?: string;
  /** the outcome for each table of a `watch` of several */
  tables?: WatchOutcome[];
  /** the secret of the new table's link, if it is unlisted */
  key?: string;
}

/**
 * The command was refused, and nothing has changed.
 *
 * `code` is stable. `id` is empty if the message had no readable one. `retry_after_ms` is how long
 * to wait before the same command can succeed, if that is known. `until_ms` is when a ban, mute or
 * kick ends. `category` says what a client can do about it, and `details` has the bounds and
 * amounts of `message` as data.
 */
export interface Rejected {
  type: "rejected";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** stable code */
  code: string;
  /** the same as text for people; not stable */
  message: string;
  /** whether the same command may succeed later */
  retryable?: boolean;
  /** how long to wait before sending the command again */
  retry_after_ms?: number;
  /** when it ends */
  until_ms?: number;
  /** what a client can do about it: one of the [categories](#refusals) */
  category?: string;
  /** the bounds, limits and amounts of `message` as data */
  details?: Details;
}

/**
 * The whole state of a table after event `seq`, as this viewer may see it.
 *
 * Hidden cards are `??`. `seat` is the viewer's own seat, absent if the viewer has none. With
 * `state_hash` a client [checks](#checking-the-state) how it reads the state. `waiting_for` is why
 * no hand is dealt, if that is so.
 */
export interface Snapshot {
  type: "snapshot";
  /** the table's id */
  table: string;
  /** numbers of events can be compared only within one epoch */
  epoch: number;
  /** the number of the last event that the state contains */
  seq: number;
  /** the server's clock */
  now_ms: number;
  /** the table */
  state: Table;
  /** the viewer's own seat */
  seat?: number;
  /** a hash of the state after this message, as the viewer sees it */
  state_hash?: string;
  /**
   * why no hand is dealt: `needs_players`, `players_away` (people who sit out, with whom there are
   * enough), `paused_by_host`, `frozen` (by an operator) or `database`
   */
  waiting_for?: string;
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
 * The answer to `hello`: the authenticated player, and the server's features and limits.
 *
 * `session` is a guest's secret: sent as `token` of a later `hello`, it brings the same player
 * back. At `expires_ms` the token expires and the connection is closed, unless it is renewed.
 * `capabilities` are the optional parts of the protocol that this server has, whether or not the
 * client wants them. `variants` and `mixes` are the games that new tables can have, by code; they
 * are absent where the `games_etag` of `hello` was this one.
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
  role: "admin" | "player" | "spectator" | "operator";
  /** the protocol version */
  protocol: number;
  /** the server's clock */
  now_ms: number;
  /** the server's feature flags */
  flags: Record<string, boolean>;
  /** the limits that the client must keep to */
  limits: Limits;
  /** the optional parts that the server has */
  capabilities: string[];
  /** a guest's secret: sent as `token` of a later `hello`, it brings the player back */
  session?: string;
  /** when the token expires and the connection is closed */
  expires_ms?: number;
  /** games for new tables, by code */
  variants?: Record<string, VariantSummary>;
  /** mixes of games for new tables, by code */
  mixes?: Record<string, MixSummary>;
  /** by which a client notices that its connection has died */
  heartbeat?: HeartbeatTimes;
  /** names the games of this server; it changes when they do */
  games_etag?: string;
}

/**
 * The answer to `list_tables`: all tables or a page of them, oldest first.
 *
 * `next` is the `after` of the next page, absent on the last one. It is valid until the server
 * restarts.
 */
export interface Tables {
  type: "tables";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the tables */
  tables: TableSummary[];
  /** the `after` of the next page; absent on the last one */
  next?: number;
}

/**
 * The tables that changed since the last `lobby` message; the first message has all tables.
 *
 * Without `filter` and `limit` in `watch_lobby`, `tables` has the changed tables, closed ones as
 * well. Otherwise `tables` are new to the client, `changes` are those of tables that it has, and
 * `left` are tables that closed or do not belong to the list any more. Clients apply `left` first.
 * With `reset`, the client forgets what it had. A client that reads too slowly gets such a message
 * instead of the changes that it has missed. Hand numbers alone are sent every few seconds.
 */
export interface Lobby {
  type: "lobby";
  /** the tables */
  tables: TableSummary[];
  /** changes of tables that the client has */
  changes?: TableChange[];
  /** ids of tables that the client forgets; it may lack some of them */
  left?: string[];
  /** whether the client forgets the tables that it has */
  reset?: boolean;
  /** whether there may be more tables than `limit` */
  more?: boolean;
}

/**
 * The player's account, without chips at tables, and its latest transfers.
 *
 * There are at most 50 transfers; if there are fewer, there are no older ones. `refill_at_ms` is
 * when a `refill` is due, possibly in the past. It is absent while the balance is too large, or
 * the player has chips at a table. A new player's `held` chips cannot be brought to tables yet.
 */
export interface Account {
  type: "account";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** chips in the account */
  balance: number;
  /** the latest transfers, newest first */
  transfers: AccountTransfer[];
  /**
   * when a `refill` is due; absent while the balance is too large, or the player has chips at a
   * table
   */
  refill_at_ms?: number;
  /** the part of the balance that a new player cannot bring to tables yet */
  held?: number;
  /** until when chips are `held` */
  held_until_ms?: number;
}

/**
 * The events of a hand, from `hand_started` to `hand_ended` or `hand_cancelled`.
 *
 * They have the player's own cards and those that were shown. `seq` is the number of the first
 * event. `hand_shown` events before the next hand are appended; their numbers may not be
 * consecutive. In formats other than `json` there is a `text`, and no events. With the events come
 * the `name` of the table, and the `config` with which the table was opened; `hand_started` has
 * its own `config` if that was another one.
 */
export interface HandEvents {
  type: "hand";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** the hand's number at its table, from 1 */
  hand: number;
  /** numbers of events can be compared only within one epoch */
  epoch: number;
  /** the number of the first event */
  seq: number;
  /** the events, in order */
  events: TableEvent[];
  /** the hand in the requested format, unless that is `json` */
  text?: string;
  /** the table's name, in the format `json` */
  name?: string;
  /** the config with which the table was opened, in the format `json` */
  config?: TableConfig;
}

/**
 * The answer to `list_hands`: finished hands, the one that ended last first.
 *
 * `next` is the `before` of the next page, absent on the last one. A page may have fewer hands
 * than requested, or none, and still a `next`: the server reads only a part of a long log at once.
 */
export interface Hands {
  type: "hands";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the hands, the one that ended last first */
  hands: HandSummary[];
  /** the `before` of the next page; absent on the last one */
  next?: string;
}

/** A chat message at a table. A slow client may miss it. */
export interface ChatSaid {
  type: "chat";
  /** the table's id */
  table: string;
  /** the player's id */
  player: string;
  /** the player's name, as it is shown */
  name: string;
  /** the text of the chat message */
  text: string;
  /** when it happened */
  at_ms: number;
}

/**
 * The players who sit at a table and have no connection.
 *
 * It follows each `snapshot` and each `accepted` of `watch` with its events, if there are any such
 * players. Without it there are none.
 */
export interface PresenceState {
  type: "presence";
  /** the table's id */
  table: string;
  /** the players, in the order of their seats */
  absent: string[];
}

/** A player who sits at a table has lost the last connection. It is no event. */
export interface PlayerDisconnected {
  type: "player_disconnected";
  /** the table's id */
  table: string;
  /** a seat's number */
  seat: number;
  /** the player's id */
  player: string;
}

/** A player who sits at a table has a connection again. It is no event. */
export interface PlayerReconnected {
  type: "player_reconnected";
  /** the table's id */
  table: string;
  /** a seat's number */
  seat: number;
  /** the player's id */
  player: string;
}

/** The connection works. It is sent at the interval that `welcome` tells. */
export interface Heartbeat {
  type: "heartbeat";
}

/**
 * A notice about the server, or about `table`.
 *
 * `until_ms` is when a ban, mute or kick ends. `retry_after_ms` comes with `restarting`: after the
 * close with 1012, a client waits so long and then connects again. Each client is told a time of
 * its own, by chance, so that not all come back at once.
 */
export interface Notice {
  type: "notice";
  /** stable code */
  code: string;
  /** the same as text for people; not stable */
  message: string;
  /** the table's id */
  table?: string;
  /** when it ends */
  until_ms?: number;
  /** with `restarting`: how long to wait after the close before connecting again */
  retry_after_ms?: number;
}

/** The answer to `list_bans`: sanctions, newest first, of page `page` of `pages`. */
export interface Bans {
  type: "bans";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the number of the page of up to 200 entries, from 0 */
  page: number;
  /** the number of pages */
  pages: number;
  /** the sanctions in force, newest first */
  bans: SanctionEntry[];
}

/** The answer to `list_players`: players by id, of page `page` of `pages`. */
export interface Players {
  type: "players";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the number of the page of up to 200 entries, from 0 */
  page: number;
  /** the number of pages */
  pages: number;
  /** the players, in the order of their ids */
  players: PlayerEntry[];
}

/**
 * Why no hand is dealt at a watched table, whenever that changes. It is no event.
 *
 * Without `waiting_for`, a hand is in play or scheduled again. It follows each `accepted` of
 * `watch` with its events if there is a reason; a `snapshot` has it itself.
 */
export interface TableWaiting {
  type: "table_waiting";
  /** the table's id */
  table: string;
  /**
   * why no hand is dealt: `needs_players`, `players_away` (people who sit out, with whom there are
   * enough), `paused_by_host`, `frozen` (by an operator) or `database`
   */
  waiting_for?: string;
}

/**
 * The answer to `get_link`: with this `key`, `watch` and `sit` find the unlisted table.
 *
 * The page has it in its address, as `#table=…&key=…`.
 */
export interface TableLink {
  type: "table_link";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** the secret in the link of an unlisted table */
  key: string;
}

/**
 * The player's place on a waiting list: that of `table`, or that of waiting with a filter.
 *
 * `place` is 1 for the first player, and 0 for one who is not on the list any more. `length` is
 * that of a table's list. `seat` is reserved for the player until `until_ms`, if there is one. The
 * message is sent whenever this changes, and after `hello`.
 */
export interface Waiting {
  type: "waiting";
  /** the place on the list, from 1; 0 if the player is not on it any more */
  place: number;
  /** the table; if absent, the list is for waiting with a filter */
  table?: string;
  /** the number of players on a table's list */
  length?: number;
  /** the seat that is reserved for the player, if any */
  seat?: number;
  /** until when it is reserved */
  until_ms?: number;
}

/**
 * The player's pre-action at a table, sent to the player's own connections that watch it.
 *
 * Without an `action` none is held. Then `reason` says why it was dropped, absent if the player
 * took it back: `acted` in the turn, `bet_changed`, `round_over`, the player is `away` (sits out
 * or leaves), or the table was `rolled_back`.
 */
export interface PreActionHeld {
  type: "pre_action";
  /** the table's id */
  table: string;
  /** the hand's number at its table, from 1 */
  hand: number;
  /** what is held; absent if nothing is */
  action?: "call" | "call_any" | "check" | "check_fold" | "fold" | "raise";
  /** for a raise the total for the street, for a call what it costs */
  amount?: number;
  /** why */
  reason?: "acted" | "away" | "bet_changed" | "rolled_back" | "round_over";
}

/**
 * The answer to `get_ledger`: at most 50 players, by id.
 *
 * `settle` says who pays whom, with few payments; it is absent if there are several pages. Chips
 * from before the server had accounts belong to the player `house`. At a table with a bank, the
 * rows are the lines of the bank.
 */
export interface Ledger {
  type: "ledger";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** the players, by id */
  rows: LedgerRow[];
  /** who pays whom; absent if there are several pages */
  settle?: LedgerPayment[];
  /** the `after` of the next page, absent on the last one */
  next?: string;
  /** the page as CSV */
  text?: string;
  /** what the house took of the pots; with several pages on the last one */
  rake?: number;
}

/** The answer to `create_link`. Anybody with the code can play as this player. */
export interface Link {
  type: "link";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the `code` of a `hello` on the other device */
  code: string;
  /** until when the code is valid */
  expires_ms: number;
}

/** A player's quick reaction at a table. It is not kept, and a slow client may miss it. */
export interface ReactionShown {
  type: "reaction";
  /** the table's id */
  table: string;
  /** the player's id */
  player: string;
  /** the player's name, as it is shown */
  name: string;
  /** one of the reactions */
  reaction: string;
  /** when it happened */
  at_ms: number;
}

/**
 * The latest chat messages of a table, at most 200, oldest first.
 *
 * It follows the answer to `watch` if there are any, and replaces those that the client has. The
 * server keeps them in memory: a restart forgets them.
 */
export interface ChatHistory {
  type: "chat_history";
  /** the table's id */
  table: string;
  /** the messages, oldest first */
  lines: ChatLine[];
}

/** The answer to `get_notes`: notes by player, of page `page` of `pages`. */
export interface Notes {
  type: "notes";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the number of the page of up to 200 entries, from 0 */
  page: number;
  /** the number of pages */
  pages: number;
  /** the notes */
  notes: NoteEntry[];
}

/**
 * The answer to `list_watchers`.
 *
 * `count` is the number of players who watch the table without a seat there. `names` has at most
 * 200 of their names, and none if watchers are anonymous.
 */
export interface Watchers {
  type: "watchers";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the table's id */
  table: string;
  /** how many players watch without a seat */
  count: number;
  /** their names, in alphabetical order */
  names: string[];
}

/**
 * The answer to `get_stats`.
 *
 * `sessions` are those of the requested player, or of the one who asks; at most 50, the latest
 * first. `of_table` is there if a table was named. Cancelled hands do not count.
 */
export interface Stats {
  type: "stats";
  /** the client's name for the command; the answer repeats it */
  id: string;
  /** the players, in the order of their ids */
  players: PlayerStats[];
  /** of one player, the latest first; at most 50 */
  sessions: PlaySession[];
  /** the table, if one was named */
  of_table?: TableStats;
}

/**
 * The game, stakes and options of a table. Chips are integers; times are in milliseconds.
 *
 * `variant` is the code of a variant or of a mix. `ante_kind` says who posts the ante in games
 * with blinds: `each` player, or the `big_blind` for the whole table. With `statistics` `own`,
 * players get only their own; with `all`, those with a seat get everybody's.
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
  /** who posts the ante: `each` player, or the `big_blind` for the whole table */
  ante_kind: "big_blind" | "each";
  /** chips, at least the big blind */
  min_buy_in: number;
  /** chips; also the most that chips can be added up to */
  max_buy_in: number;
  /** time for a turn, 100 to 600 000 */
  turn_time_ms: number;
  /** pause between two hands, 0 to 60 000; the server's `limits` may lengthen it */
  next_hand_delay_ms: number;
  /** stakes that do not follow from the blinds */
  limit: LimitStakes;
  /** how the game changes, if the variant is a mix */
  mix: Mix;
  /** house rules */
  house: HouseRules;
  /** the time of turns, time bank, disconnect protection and lag allowance */
  clocks: Clocks;
  /** options about absent players */
  presence: PresenceOptions;
  /** who may find the table and sit down, and where its chips come from */
  hosting: HostingRules;
  /** how players come to the table and go */
  seating: Seating;
  /** options about viewers without a seat */
  company: Company;
  /** whether players get only their `own` statistics, or those of `all` */
  statistics: "all" | "own";
}

/**
 * A table: its seats, the hand in play, and what is kept between hands.
 *
 * `seq` counts all events of the table and `turns` its turns. `button`, `small_blind` and
 * `big_blind` are the positions of the latest hand; their seats may be free by now.
 * `next_hand_at_ms` is set while a hand is scheduled. A `closed` table stays empty for good.
 * `departed` are the players who left within the hour, in the order in which they left, and
 * `waiting` those on the waiting list, the first one first. `host` is the player who opened the
 * table, or to whom the role was handed over. `bots` are those that the host wants. `extras` is
 * the state of extra rules.
 */
export interface Table {
  /** the table's id */
  id: string;
  /** the table's name */
  name: string;
  /** the table's game, stakes and options */
  config: TableConfig;
  /** number of its events so far */
  seq: number;
  /** one entry per seat, null if it is free */
  seats: (Seat | null)[];
  /** the number of the latest hand, 0 before the first */
  hand_number: number;
  /** number of its turns so far */
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
  /** whether it is closed for good */
  closed: boolean;
  /** the last hand, until the next one starts; null if all of its cards were shown */
  last_hand: LastHand | null;
  /** the current game, if the variant is a mix */
  game: Game | null;
  /** the players who left within the hour, the latest last */
  departed: Departure[];
  /** the bots that the host wants, seated or not */
  bots: WantedBot[];
  /** the state of extra rules; null until one has something to remember */
  extras: Extras | null;
  /** the player who opened the table, or to whom the role was handed over; null if none */
  host: string | null;
  /** decisions of the host, and requests for seats */
  hosting: Hosting;
  /** the players on the waiting list, the first one first */
  waiting: Waiter[];
}

/**
 * The limits that a client must observe. Null is no limit.
 *
 * There are rate limits for the messages of a connection and of a player. Some kinds of a player's
 * messages have their own: chat; creating tables; queries (`watch`, once for each table,
 * `watch_lobby`, `list_tables`, `get_hand`, `list_hands`, `get_stats`, `get_account`, `get_link`);
 * and seat commands (`sit`, `stand`, `sit_out`, `sit_in`, `add_chips`, `straddle`, `run_it`,
 * `choose_game`, `vote_bomb_pot`, `rabbit_hunt`, `auto_muck`, `post_blind`, `stay`, `auto_chips`,
 * `join_waiting_list`, `leave_waiting_list`, `quick_seat`, and what a host sends). A message over
 * a limit is refused with `too_fast`.
 */
export interface Limits {
  /** the longest message that is accepted */
  max_message_bytes: number;
  /** characters */
  max_name_length: number;
  /** characters */
  max_chat_length: number;
  /** characters */
  max_id_length: number;
  /** invalid messages before the connection is closed with 4400 */
  max_violations: number;
  /** simultaneous connections */
  max_connections_per_player: number | null;
  /** tables that a player may sit at simultaneously */
  max_tables_per_player: number | null;
  /** tables that a connection may watch simultaneously */
  max_watched_tables: number | null;
  /** connections that may watch a table, not counting its players */
  max_watchers_per_table: number | null;
  /** messages of a connection */
  connection_commands: RateLimit | null;
  /** messages of a player, on all connections */
  player_commands: RateLimit | null;
  /** chat messages of a player */
  player_chat: RateLimit | null;
  /** tables that a player opens */
  player_tables: RateLimit | null;
  /** queries of a player: tables, hands, the lobby, the account */
  player_reads: RateLimit | null;
  /** seat commands of a player: sit, stand, add chips and similar */
  player_seats: RateLimit | null;
  /** open tables that a player may have created */
  max_tables_opened_per_player: number | null;
  /** open tables that the players of one address may have created */
  max_tables_opened_per_address: number | null;
  /** the least pause between two hands, also where `next_hand_delay_ms` is less */
  min_hand_pause_ms: number;
  /**
   * hands of a table within an hour; all may be played at once, and then the next ones start later
   */
  table_hands_per_hour: number | null;
}

/**
 * Conditions that a table must meet to be listed, all of them.
 *
 * The stakes of a table are its smallest bet: the big blind, or the small bet in fixed-limit
 * games; in a mix, the lowest of its games.
 */
export interface TableFilter {
  /** codes of variants and mixes, as in `variant` of a config; if absent, any */
  games?: string[];
  /** the lowest stakes */
  min_stakes?: number;
  /** the highest stakes; if absent, any */
  max_stakes?: number;
  /** the least number of free seats */
  free_seats?: number;
  /** a part of the table's name; upper and lower case are the same */
  name?: string;
}

/**
 * Stakes that do not follow from the blinds; 0 is the default.
 *
 * `small_bet` and `big_bet` are the fixed-limit bets; by default the big blind, and twice the
 * small bet. `stud_ante` and `bring_in` are those of stud games; by default a fifth, and three
 * tenths of the small bet.
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
 * `games` are the codes of a custom mix. The game changes after an `orbit`, which is one hand for
 * each player, or after a number of `hands`; by `choice`, the player on the button names it.
 */
export interface Mix {
  /** codes of `variants`, for a custom mix, whose variant is `MIX` */
  games?: string[];
  /**
   * when the game changes: after one hand for each player (`orbit`), after a number of `hands`, or
   * as the player on the button chooses (`choice`)
   */
  rotation?: "choice" | "hands" | "orbit";
  /** number of hands of one game, 1 to 1 000 */
  hands?: number;
}

/**
 * House rules: optional rules of a table.
 *
 * `straddle` is the kind that players may post. `run_it` is the maximum number of boards when
 * every all-in player agrees. Every `bomb_pot_every` hands there is a bomb pot (0 is never): all
 * post `bomb_pot_ante` (0 is two big blinds), and the betting begins on the flop, of one or two
 * `bomb_pot_boards`. `max_bets` limits the bets and raises of a fixed-limit street (0 is the
 * variant's default). Odd chips go as the `rulebook` says, or always to the first winner left of
 * the `button`. With `whole_pot`, dead antes count for a pot-limit bet on the first street too.
 *
 * With `bomb_pot_vote`, players can vote for the next hand to be a bomb pot: `all` of those dealt
 * in must, or a `majority`. `rabbit_hunt` lets players see the board cards that would have come:
 * if all players of the hand have `agreed`, or as soon as one asks (`open`). In hold'em, the sole
 * winner of the main pot with a seven and a deuce gets `seven_deuce` chips from each other player
 * of the hand. In a round of `stand_up`, each player who wins chips from a pot sits down; the last
 * one standing pays that many chips to each other player of the round. With `ante_only`, games
 * with blinds are played with antes alone.
 */
export interface HouseRules {
  /**
   * the allowed straddle: none; `under_the_gun`; `mississippi`, from any seat but the blinds; or
   * `sleeper`, which does not change the order of betting
   */
  straddle?: "mississippi" | "none" | "sleeper" | "under_the_gun";
  /** the maximum number of boards when all are all-in, 1 to 3 */
  run_it?: number;
  /** hands from one bomb pot to the next; 0 is never */
  bomb_pot_every?: number;
  /** chips; 0 is two big blinds */
  bomb_pot_ante?: number;
  /** 1 or 2 */
  bomb_pot_boards?: number;
  /** bets and raises of a fixed-limit street, the big blind included; 0 is the variant's default */
  max_bets?: number;
  /**
   * where odd chips go: as the `rulebook` says, or always to the first winner left of the `button`
   */
  odd_chips?: "button" | "rulebook";
  /** whether dead antes count for a pot-limit bet on the first street */
  whole_pot?: boolean;
  /** what the house takes of each hand; by default nothing */
  rake?: Rake;
  /** when the table closes by itself; by default never */
  session?: SessionLimits;
  /**
   * how many votes of players who are dealt in make a bomb pot: `all`, or a `majority`; `off` is no
   * vote
   */
  bomb_pot_vote?: "all" | "majority" | "off";
  /**
   * who must ask for the board cards that would have come: nobody can (`off`), all (`agreed`), or
   * one player (`open`)
   */
  rabbit_hunt?: "agreed" | "off" | "open";
  /** chips from each other player for winning with a seven and a deuce; 0 is none */
  seven_deuce?: number;
  /** chips that the last one standing pays to each other player; 0 is none */
  stand_up?: number;
  /** whether games with blinds are played with antes alone */
  ante_only?: boolean;
}

/**
 * The clocks of a table.
 *
 * `street_ms` has the time of a turn by street: before the flop, on the flop, and so on. 0 stands
 * for the table's `turn_time_ms`, and so does a street without an entry. There is no `bank`, no
 * `protection` and no `lag` allowance if it is null. After `timeouts_to_sit_out` time-outs in a
 * row a player sits out.
 */
export interface Clocks {
  /** the time of a turn by street, 100 to 600 000; 0 is `turn_time_ms` */
  street_ms?: number[];
  /** the time bank of each player; null is none */
  bank?: TimeBank;
  /** time for players who lose their connection; null is none */
  protection?: DisconnectProtection;
  /** how late actions may be; null is not at all */
  lag?: LagAllowance;
  /** time-outs in a row after which a player sits out, 1 to 100 */
  timeouts_to_sit_out?: number;
}

/**
 * How long a table waits for absent players.
 *
 * The seat of a player without a connection is freed after `absent_seat_ms`, or sooner if the
 * server frees seats sooner. 0 is the server's own time.
 */
export interface PresenceOptions {
  /**
   * time without a connection after which a seat is freed, if the server does not free it sooner; 0
   * is the server's time
   */
  absent_seat_ms?: number;
}

/**
 * How a table is hosted.
 *
 * An `unlisted` table is in no list, and hidden from players without the key of its link. With
 * `approval`, players ask for a seat first, and the host approves. With `bank`, the chips are the
 * table's own: they do not come from the players' accounts, and the host gives and takes them.
 * `unlisted` and `bank` cannot change after the table is created.
 */
export interface HostingRules {
  /** whether the table is in no list, and found by its link alone */
  unlisted?: boolean;
  /** whether the host approves who sits down */
  approval?: boolean;
  /** whether the chips are the table's own, instead of the players' */
  bank?: boolean;
}

/**
 * How players take and leave the seats of a table.
 *
 * With a `dead` button nobody skips the big blind; small blind and button follow it, and may be at
 * free seats. A `moving` button goes to the next player each hand, and the blinds follow it. A
 * player who comes back within `stay_ms` must bring the same chips; 0 turns that off. A seat is
 * reserved for `reserve_ms`. The waiting list has `waiting_list` places; 0 is no list.
 * `auto_chips` allows players to have chips added automatically.
 */
export interface Seating {
  /** `dead`: it follows the blinds; `moving`: it goes to the next player */
  button?: "dead" | "moving";
  /** how long a player who left has to bring back the chips of before; 0 is never */
  stay_ms?: number;
  /** how long a seat is reserved */
  reserve_ms?: number;
  /** the number of places on the waiting list; 0 is no list */
  waiting_list?: number;
  /** whether players may have chips added automatically */
  auto_chips?: boolean;
}

/**
 * Options about viewers without a seat.
 *
 * With `delay_ms` they see the table later by that time, as for a stream. With `delay_hands` they
 * see a hand when that many more have started; with both, when both conditions are met. With
 * `show_cards_later`, late viewers see all hole cards of hands that are over at the table by then.
 * With `anonymous_watchers`, they are counted, but not named.
 */
export interface Company {
  /** whether viewers without a seat are counted, but not named */
  anonymous_watchers?: boolean;
  /** how much later viewers without a seat see the table; 0 is no delay */
  delay_ms?: number;
  /** whether late viewers see all hole cards of hands that are over */
  show_cards_later?: boolean;
  /** how many hands later they see it; 0 is no delay */
  delay_hands?: number;
}

/**
 * What a program needs to know of a refusal, beside its code.
 *
 * A field means the same with every code, and is absent where it does not apply. `min` and `max`
 * bound the value of `field`: a number itself, the length of a text, or the entries of a list.
 * `limit` is how many there may be at a time, or within `over_ms`.
 */
export interface Details {
  /** the field of the command that is at fault, such as `amount`, `config.seats` or `cards[1]` */
  field?: string;
  /**
   * the smallest value of `field` that is allowed; for a text its length, for a list the number of
   * its entries
   */
  min?: number;
  /** the largest one, likewise */
  max?: number;
  /** the only numbers allowed for `field`, if there are several */
  sizes?: number[];
  /** the only texts allowed for `field`, or for the entries of such a list */
  choices?: string[];
  /** how many are allowed: at a time, or within `over_ms` */
  limit?: number;
  /** the time in which `limit` is allowed */
  over_ms?: number;
  /** whose limit it is: `connection`, `player`, `address`, `table` or `server` */
  scope?: string;
  /**
   * what a rate limit counts: `commands`, `chat`, `tables`, `reads`, `seats`, `newcomers` or
   * `renames`; with `scope`, the name of the limit in `limits`
   */
  counts?: string;
  /**
   * how many more refusals for invalid messages, or as `too_fast`, the connection may get before it
   * is closed
   */
  remaining?: number;
  /** chips that the command needs */
  needed?: number;
  /** chips that the player's account can pay now */
  available?: number;
  /** chips that the player has at tables */
  at_tables?: number;
  /** the number of the current turn */
  turn?: number;
  /** the seat that is to act, or that is taken */
  seat?: number;
  /** the name of the server that plays the table */
  server?: string;
}

/**
 * What the host has decided, and is asked for.
 *
 * While it is `paused` no hand starts. `next_config` becomes the config when the hand is over. The
 * players in `requests` wait for an answer; those in `approved` may sit down, and those in
 * `banned` may not. Those in `muted` say nothing at the table. `bank` has a line for each player,
 * if the table has a bank. `link` is the number of the link that is valid, which the secret of an
 * unlisted table is made from. `first_config` is the one with which the table was opened, if it
 * has another one now.
 */
export interface Hosting {
  /** whether the host has paused the table; true during its last hand as well */
  paused?: boolean;
  /** the config after this hand, if the host changes it */
  next_config?: TableConfig;
  /** the players who ask for a seat, the first one first */
  requests?: SeatRequest[];
  /** the players who may sit down, where the host approves */
  approved?: string[];
  /** the players whom the host has banned from the seats */
  banned?: string[];
  /** what the bank gave and got back, for each player */
  bank?: BankLine[];
  /** the number of the link that is valid, from 0 */
  link?: number;
  /** the config with which the table was opened, if it has another one now */
  first_config?: TableConfig;
  /** the players whom the host has muted */
  muted?: string[];
}

/**
 * A game that a new table can have.
 *
 * `forced` are the bets posted before the deal. `draws` is how often a player may replace cards,
 * `board` whether there are community cards.
 */
export interface VariantSummary {
  /** name for people */
  name: string;
  /** the betting structure */
  betting: "fixed_limit" | "no_limit" | "pot_limit";
  /**
   * the forced bets: a small and a big blind; antes and one blind by the button; antes alone; or
   * antes and a bring-in
   */
  forced: "antes" | "blinds" | "bring_in" | "button_blind";
  /** most players at a table */
  max_seats: number;
  /** how often a player may replace cards */
  draws?: number;
  /** whether there are community cards */
  board?: boolean;
}

/**
 * A mix of games, played in turn.
 *
 * `games` are their codes. If they are absent, each table has its own.
 */
export interface MixSummary {
  /** name for people */
  name: string;
  /** codes of its games; if absent, the table's config has them */
  games?: string[];
}

/**
 * How a client notices that its connection has died without being closed.
 *
 * The server sends something at least every `interval_ms` to a client with the capability
 * `heartbeat`. If such a client receives nothing for `timeout_ms`, it connects again.
 */
export interface HeartbeatTimes {
  /** the longest time between two messages, to a client with that capability */
  interval_ms: number;
  /** the time without a message after which the client connects again */
  timeout_ms: number;
}

/**
 * A table as listed in the lobby.
 *
 * `players` is the number of taken seats, and `bots` the number of bots among them. `bots_waiting`
 * is the number of bots that the host wants and that have no seat. `waiting` is the number of
 * players on the waiting list, and `waiting_for` why no hand is dealt. Only tables in memory have
 * the last four and the figures of the latest hands. `paused` is true while the host has paused
 * the table.
 */
export interface TableSummary {
  /** the table's id */
  table: string;
  /** the table's name */
  name: string;
  /** `active` while hands are played, `waiting` for players, or `closed` for good */
  status: "active" | "closed" | "waiting";
  /** number of taken seats */
  players: number;
  /** the number of the latest hand, 0 before the first */
  hand_number: number;
  /** the table's game, stakes and options */
  config: TableConfig;
  /** seats with bots of the server */
  bots?: number;
  /**
   * why no hand is dealt: `needs_players`, `players_away` (people who sit out, with whom there are
   * enough), `paused_by_host`, `frozen` (by an operator) or `database`
   */
  waiting_for?: string;
  /** whether the host has paused the table; true during its last hand as well */
  paused?: boolean;
  /** the number of players on the waiting list */
  waiting?: number;
  /** of the latest hands, at most 20; 0 if it is not known */
  average_pot?: number;
  /** as the latest hands followed each other; 0 if it is not known */
  hands_an_hour?: number;
  /** bots that the host wants and that have no seat */
  bots_waiting?: number;
}

/** The fields of a listed table that change; `config` only if the host has changed it. */
export interface TableChange {
  /** the table's id */
  table: string;
  /** `active` while hands are played, `waiting` for players, or `closed` for good */
  status: "active" | "closed" | "waiting";
  /** number of taken seats */
  players: number;
  /** the number of the latest hand, 0 before the first */
  hand_number: number;
  /** seats with bots of the server */
  bots?: number;
  /**
   * why no hand is dealt: `needs_players`, `players_away` (people who sit out, with whom there are
   * enough), `paused_by_host`, `frozen` (by an operator) or `database`
   */
  waiting_for?: string;
  /** whether the host has paused the table; true during its last hand as well */
  paused?: boolean;
  /** the config, if it has changed */
  config?: TableConfig;
  /** the number of players on the waiting list */
  waiting?: number;
  /** of the latest hands, at most 20; 0 if it is not known */
  average_pot?: number;
  /** as the latest hands followed each other; 0 if it is not known */
  hands_an_hour?: number;
  /** bots that the host wants and that have no seat */
  bots_waiting?: number;
}

/**
 * A transfer of chips to an account, or from it if `amount` is negative.
 *
 * `reason` is grant, refill, buy_in, add_on, top_up, cash_out, refund or carried. `table` is the
 * table on the other side, if any.
 */
export interface AccountTransfer {
  /** increases with time */
  id: number;
  /** when it happened */
  at_ms: number;
  /**
   * `grant`, `refill`, `buy_in`, `add_on`, `top_up`, `cash_out`, `refund`, `adjustment` or `carried`
   */
  reason: string;
  /** chips; negative if they left the account */
  amount: number;
  /** the table on the other side */
  table?: string;
}

/**
 * A finished hand, as listed.
 *
 * `seq` is the number of its first event, `players` the number of players dealt in, and `pot` all
 * chips that were won, without uncalled bets. `net` is what this player won, or lost if it is
 * negative; absent if the player was not dealt in. A cancelled hand has no `pot`.
 */
export interface HandSummary {
  /** the table's id */
  table: string;
  /** the hand's number at its table, from 1 */
  hand: number;
  /** the number of the first event */
  seq: number;
  /** the code of the hand's game */
  variant: string;
  /** when it started */
  started_ms: number;
  /** when it ended */
  ended_ms: number;
  /** number of players dealt in */
  players: number;
  /** all chips that were won, without uncalled bets; absent if it was cancelled */
  pot?: number;
  /** what this player won, negative for a loss; absent if the player was not dealt in */
  net?: number;
  /** whether it was cancelled, and all chips returned */
  cancelled?: boolean;
}

/**
 * A sanction on a player, or on an address.
 *
 * `stored` is false while the database is unavailable: until then, a crash of the server ends it.
 */
export interface SanctionEntry {
  /**
   * what is forbidden: to enter (`ban`, `address_ban`), to chat (`mute`), to sit at the table
   * (`kick`), or to use tokens from before (`end_session`)
   */
  kind: "address_ban" | "ban" | "end_session" | "kick" | "mute";
  /** when it was imposed */
  at_ms: number;
  /** when it ends */
  until_ms: number;
  /** the operator's id */
  by: string;
  /** whether it survives a restart of the server */
  stored: boolean;
  /** the player's id */
  player?: string;
  /** the network that is banned */
  address?: string;
  /** the table of a kick */
  table?: string;
  /** the reason that the operator gave */
  reason?: string;
}

/** A player, as an operator sees one. */
export interface PlayerEntry {
  /** the player's id */
  player: string;
  /** the player's name, as it is shown */
  name: string;
  /** number of open connections */
  connections?: number;
  /** the addresses that they come from, or came from last; an IPv6 one is a /64 */
  addresses?: string[];
  /** the tables in memory at which the player has a seat */
  tables?: string[];
  /** when the player left, if there is no connection */
  left_ms?: number;
  /** until when the player may not chat */
  muted_until_ms?: number;
}

/**
 * A player's chips at a table: brought, taken away, and there now.
 *
 * `stack` counts the chips that the player has put into the hand in play. `net` is what the player
 * has won, or lost if it is negative. All nets of a table and its rake add up to zero.
 */
export interface LedgerRow {
  /** the player's id */
  player: string;
  /** the player's name, or the id if it is not known any more */
  name: string;
  /** chips brought to the table */
  bought_in: number;
  /** chips taken away */
  cashed_out: number;
  /** chips at the table, with those put into the hand in play */
  stack: number;
  /** chips won, or lost if negative */
  net: number;
}

/** A chat message of the past; the fields are those of `chat`. */
export interface ChatLine {
  /** the player's id */
  player: string;
  /** the player's name, as it is shown */
  name: string;
  /** the text of the chat message */
  text: string;
  /** when it happened */
  at_ms: number;
}

/** A player's note about another one, and whether the other one is muted. */
export interface NoteEntry {
  /** the player's id */
  player: string;
  /** the note; empty if there is none */
  text?: string;
  /** the colour of its mark */
  colour?: string;
  /** whether the player is muted */
  muted?: boolean;
}

/**
 * What a player did in `hands` hands.
 *
 * All but `net` are numbers of hands. In `decided` the player had a decision before the flop, or
 * in the first betting round of games without one. In `vpip` of them the player called, bet or
 * raised there; in `pfr`, bet or raised. In `three_bet_chances` the player answered a first raise;
 * in `three_bets`, with a raise. In `flops` the player saw the flop, in `showdowns` came to the
 * showdown, and in `showdowns_won` won chips there. `net` is the sum of chips won or lost, with
 * bonuses and after rake.
 */
export interface PlayerStats {
  /** the player's id */
  player: string;
  /** hands that the player was dealt into */
  hands?: number;
  /** of these, hands with a decision before the flop */
  decided?: number;
  /** hands with a call, bet or raise before the flop */
  vpip?: number;
  /** hands with a bet or raise before the flop */
  pfr?: number;
  /** hands in which the player answered a first raise before the flop */
  three_bet_chances?: number;
  /** hands in which that answer was a raise */
  three_bets?: number;
  /** hands in which the player saw the flop */
  flops?: number;
  /** hands that the player played to a showdown */
  showdowns?: number;
  /** of these, hands in which the player won chips */
  showdowns_won?: number;
  /** what the player won, negative for a loss */
  net?: number;
}

/** A player's hands at a table, with no pause of more than half an hour between two of them. */
export interface PlaySession {
  /** the table's id */
  table: string;
  /** when the first hand started */
  started_ms: number;
  /** when the last hand ended */
  ended_ms: number;
  /** hands that the player was dealt into */
  hands: number;
  /** what the player won, negative for a loss */
  net?: number;
}

/**
 * What a table was like in the counted hands.
 *
 * `hands_an_hour` leaves out pauses of more than half an hour. It is absent for a single hand.
 */
export interface TableStats {
  /** the table's id */
  table: string;
  /** hands that were counted */
  hands?: number;
  /** the average of all pots of a hand, without uncalled bets */
  average_pot?: number;
  /** hands an hour of play */
  hands_an_hour?: number;
}

/** One of several tables to watch; the fields are those of `watch`. */
export interface TableWatch {
  /** the table's id */
  table: string;
  /** the number of the last event that the client has */
  after_seq?: number;
  /** the epoch of that event; if absent, a snapshot is sent */
  epoch?: number;
  /** the secret in the link of an unlisted table */
  key?: string;
}

/**
 * A player's turn has started.
 *
 * The hand's `turn` becomes `turn`, the table's `turns` its `number`.
 */
export interface TurnStarted {
  type: "turn_started";
  /** the turn, with the legal actions */
  turn: Turn;
}

/**
 * The player folded; `auto` marks an action that the server took for an absent player.
 *
 * It is an action, and the part's `folded` becomes true.
 */
export interface Folded {
  type: "folded";
  /** a seat's number */
  seat: number;
  /** whether the server acted for an absent player */
  auto?: boolean;
}

/**
 * The player called; `amount` is what the call added.
 *
 * It is an action, and `amount` moves from the seat's `stack` to the part's `bet`.
 */
export interface Called {
  type: "called";
  /** a seat's number */
  seat: number;
  /** chips */
  amount: number;
}

/**
 * The player checked; `auto` marks an action that the server took for an absent player.
 *
 * It is an action, and nothing else changes.
 */
export interface Checked {
  type: "checked";
  /** a seat's number */
  seat: number;
  /** whether the server acted for an absent player */
  auto?: boolean;
}

/**
 * The player raised; `to` is the player's total for the street.
 *
 * It is an action. The difference between `to` and the part's `bet` moves from the seat's `stack`
 * to that `bet`. The hand's `min_raise` becomes `to` minus the hand's `bet`, if that is more. Then
 * the hand's `bet` becomes `to`, and `aggressor` the seat. The hand's `limit` becomes the event's,
 * if it has one.
 */
export interface Raised {
  type: "raised";
  /** a seat's number */
  seat: number;
  /** the player's total for the street */
  to: number;
  /** the bets of a fixed-limit street; if absent, there is none or it is unchanged */
  limit?: FixedLimit;
}

/**
 * The player made the street's first bet, of size `to`. Completing a bring-in is such a bet.
 *
 * The state changes as for `raised`.
 */
export interface BetPlaced {
  type: "bet_placed";
  /** a seat's number */
  seat: number;
  /** the player's total for the street */
  to: number;
  /** the bets of a fixed-limit street; if absent, there is none or it is unchanged */
  limit?: FixedLimit;
}

/**
 * A betting round is over; `pots` are all pots now, the main pot first.
 *
 * The hand's `pots` become `pots`. In each part, `in_pots` grows by `bet`, and `bet` becomes 0.
 * The hand's `bet` does not change before the next street.
 */
export interface BetsCollected {
  type: "bets_collected";
  /** all pots as they stand, main pot first */
  pots: Pot[];
}

/**
 * A street began: `street` is its index in the variant, `cards` are the new cards.
 *
 * `board` is the board's number if several are dealt, 0 for the first. If seven card stud runs out
 * of cards, the last one is a community card, and `opener` acts first.
 *
 * `cards` are appended to the hand's `board`. `street` becomes `street`, `bet` 0 and `min_raise`
 * `min_bet`; `limit` and `opener` become the event's; `aggressor`, `last_actor` and the `acted_to`
 * of each part become null. But if the event's `board` is not 0, `cards` are only appended to that
 * board: the first of `extra_boards` is number 1.
 */
export interface BoardDealt {
  type: "board_dealt";
  /** which street of the variant, from 0; in hold'em before the flop, flop, turn, river */
  street: number;
  /** the cards */
  cards: string[];
  /** the board's number if several are dealt; 0 is the first */
  board?: number;
  /** the bets of a fixed-limit street; if absent, there is none or it is unchanged */
  limit?: FixedLimit;
  /** the seat that acts first on the street, in games with face-up cards */
  opener?: number;
}

/**
 * A player posted a blind.
 *
 * An `entry` is owed to be dealt in and is live like a big blind. A `dead` blind is a small blind
 * that is owed as well and is not matched. A `sleeper` is a straddle that does not change the
 * order of betting.
 *
 * `to_match` is the bet to match from then on: the whole blind, even if the poster's stack was
 * short, and the big blind from the first `entry` on.
 *
 * `amount` moves from the seat's `stack` to the part's `bet`. The hand's `bet` becomes `to_match`,
 * and its `last_actor` the seat, unless it is an `entry` or a `sleeper`. `min_raise` and `limit`
 * become the event's if it has them. The part's `acted_to` stays null. A `dead` blind is instead
 * added to the `dead` of both the hand and the part; nothing else changes.
 */
export interface BlindPosted {
  type: "blind_posted";
  /** a seat's number */
  seat: number;
  /** the kind of blind; `entry` and `dead` are owed to be dealt in */
  blind: "big" | "button" | "dead" | "entry" | "sleeper" | "small" | "straddle";
  /** chips */
  amount: number;
  /** the bet to match afterwards */
  to_match: number;
  /** the smallest raise from then on; if absent, it is unchanged */
  min_raise?: number;
  /** the bets of a fixed-limit street; if absent, there is none or it is unchanged */
  limit?: FixedLimit;
}

/**
 * A pot was awarded, or the part of it that belongs to a `board` or a `side`.
 *
 * There are several boards if the board was run more than once, and a `high` and a `low` side if
 * the pot is split. `pot` is the pot's index; `shares` add up to the chips of the part. `hand` is
 * the best hand in words, empty if everybody else folded.
 *
 * Each `amount` in `shares` moves from the pot's `amount` to the `stack` of its seat. A pot
 * without chips stays in the hand's `pots`, with no `seats`. When all pots are empty, the hand's
 * `dead`, and the `in_pots` and `dead` of each part, become 0.
 */
export interface PotAwarded {
  type: "pot_awarded";
  /** the index of the pot in the list of pots */
  pot: number;
  /** the winners and their amounts */
  shares: Share[];
  /** the best hand in words, empty if everybody else folded */
  hand?: string;
  /** the board it was won on, if there are several; 0 is the first */
  board?: number;
  /** which half it is, if high and low split the pot */
  side?: "" | "high" | "low";
}

/**
 * Cards were dealt to the players: one list per seat of the table, empty for seats without.
 *
 * The hidden `cards` of other players are `??`; those in `up` lie face up. `players` are the
 * players dealt to, one per seat of the table. If it is absent, as in old hands, all hidden cards
 * are `??`. In stud a `street` begins with such a deal, and `opener` acts first.
 *
 * If `street` is not 0, the state first changes as for `board_dealt`. Each seat's list in `cards`
 * is appended to the part's `cards`, and its list in `up`, if any, to the part's `up`. The hand's
 * `opener` becomes `opener`.
 */
export interface HoleCardsDealt {
  type: "hole_cards_dealt";
  /** one list per seat of the table, empty if nothing was dealt */
  cards: string[][];
  /** the players dealt to, one entry per seat, null for none */
  players?: (string | null)[];
  /** face-up cards, one list per seat; if absent, there are none */
  up?: string[][];
  /** which street of the variant, from 0; in hold'em before the flop, flop, turn, river */
  street?: number;
  /** the seat that acts first on the street, in games with face-up cards */
  opener?: number;
  /** the bets of a fixed-limit street; if absent, there is none or it is unchanged */
  limit?: FixedLimit;
}

/**
 * The part of a bet that nobody matched was returned.
 *
 * `amount` moves from the part's `bet` to the seat's `stack`. The hand's `bet` does not change.
 */
export interface UncalledBetReturned {
  type: "uncalled_bet_returned";
  /** a seat's number */
  seat: number;
  /** chips */
  amount: number;
}

/**
 * A player's hidden cards were shown.
 *
 * At a showdown `hand` is the hand in words, and `low` the low hand, if the variant has one and
 * the player has it. Before the showdown they are empty.
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
  /** the low hand in words, if any */
  low?: string;
}

/**
 * A losing hand was mucked.
 *
 * The part's `mucked` becomes true.
 */
export interface CardsMucked {
  type: "cards_mucked";
  /** a seat's number */
  seat: number;
}

/**
 * The time for the turn is over; the action taken for the player follows.
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
 * A player posted an ante. A `dead` ante is posted for the whole table and is not matched.
 *
 * `amount` moves from the seat's `stack` to the part's `in_pots`. A `dead` one is instead added to
 * the `dead` of both the hand and the part. No `bet` changes.
 */
export interface AntePosted {
  type: "ante_posted";
  /** a seat's number */
  seat: number;
  /** chips */
  amount: number;
  /** whether it is paid for the whole table */
  dead?: boolean;
}

/**
 * A player discarded the `discarded` cards and got the `drawn` ones; both are absent for a pat
 * hand.
 *
 * In pineapple nothing is drawn. The cards of other players are `??`. `player` is the player who
 * drew, `street` the hand's; `auto` marks an action that the server took for an absent player.
 *
 * The hand's `turn` becomes null, and the seat is removed from `drawing`. The seat's `timeouts`
 * becomes 0, unless the event is `auto`. The `discarded` cards are removed from the part's
 * `cards`, and the `drawn` ones appended; `drew` becomes the number of drawn cards.
 */
export interface CardsDrawn {
  type: "cards_drawn";
  /** a seat's number */
  seat: number;
  /** the player's id */
  player: string;
  /** the discarded cards */
  discarded?: string[];
  /** the new cards; if absent, there are none */
  drawn?: string[];
  /** whether the server acted for an absent player */
  auto?: boolean;
  /** which street of the variant, from 0; in hold'em before the flop, flop, turn, river */
  street?: number;
}

/**
 * A round of draws or discards began; the `seats` draw in that order.
 *
 * If `street` is not the hand's, the state first changes as for `board_dealt`. The hand's `bet`
 * becomes 0, and its `drawing` becomes `seats`.
 */
export interface DrawStarted {
  type: "draw_started";
  /** which street of the variant, from 0; in hold'em before the flop, flop, turn, river */
  street: number;
  /** the seats that draw or discard, in that order */
  seats: number[];
  /** the bets of a fixed-limit street; if absent, there is none or it is unchanged */
  limit?: FixedLimit;
}

/**
 * The player with the lowest card showing, in razz the highest, posted the bring-in.
 *
 * `to_match` is the whole bring-in, even if the player's stack was short.
 *
 * The hand's `bet` becomes `to_match`. Then it is an action, and `amount` moves from the seat's
 * `stack` to the part's `bet`.
 */
export interface BringInPosted {
  type: "bring_in_posted";
  /** a seat's number */
  seat: number;
  /** chips */
  amount: number;
  /** the bet to match afterwards */
  to_match: number;
  /** whether the server acted for an absent player */
  auto?: boolean;
}

/**
 * The players are all-in, and the rest of the board is dealt `times` times.
 *
 * The hand's `extra_boards` become `times` minus 1 copies of the `board`.
 */
export interface RunItAgreed {
  type: "run_it_agreed";
  /** how often the rest of the board is dealt */
  times: number;
}

/**
 * The deck ran out; folded cards and discards of other players were shuffled and added to it.
 *
 * `street` is the hand's, and `seat` the seat that draws.
 *
 * The visible state does not change.
 */
export interface DeckReshuffled {
  type: "deck_reshuffled";
  /** never sent */
  deck?: string[];
  /** which street of the variant, from 0; in hold'em before the flop, flop, turn, river */
  street?: number;
  /** the seat whose draw needed the cards */
  seat?: number;
}

/**
 * The player's time bank runs, with `left_ms` in it.
 *
 * The turn's `deadline_ms` becomes the event's, and its `time` `bank`.
 */
export interface TimeBankStarted {
  type: "time_bank_started";
  /** a seat's number */
  seat: number;
  /** the turn's number at its table, from 1 */
  turn: number;
  /** when the clock runs out */
  deadline_ms: number;
  /** time in the bank */
  left_ms: number;
}

/**
 * The time bank stopped with `left_ms`: by an action, by its end, or by a lost connection.
 *
 * `bank_ms` of the seat's `clock` becomes `left_ms`.
 */
export interface TimeBankStopped {
  type: "time_bank_stopped";
  /** a seat's number */
  seat: number;
  /** the turn's number at its table, from 1 */
  turn: number;
  /** time left in the bank */
  left_ms: number;
}

/**
 * The player to act has no connection, and gets time until `deadline_ms`.
 *
 * `left` is how often the player can still be protected.
 *
 * The turn's `deadline_ms` becomes the event's, and its `time` `protection`. `protections` of the
 * seat's `clock` becomes `left`.
 */
export interface ConnectionProtected {
  type: "connection_protected";
  /** a seat's number */
  seat: number;
  /** the turn's number at its table, from 1 */
  turn: number;
  /** when the clock runs out */
  deadline_ms: number;
  /** how often the player can still be protected */
  left: number;
}

/**
 * A protected player is back, and has until `deadline_ms`.
 *
 * The turn's `deadline_ms` becomes the event's, and its `time` `turn`.
 */
export interface ConnectionRestored {
  type: "connection_restored";
  /** a seat's number */
  seat: number;
  /** the turn's number at its table, from 1 */
  turn: number;
  /** when the clock runs out */
  deadline_ms: number;
}

/**
 * The player's action came `late_ms` after the deadline, within the lag allowance.
 *
 * `lag_ms` of the seat's `clock` becomes `left_ms`.
 */
export interface LagCompensated {
  type: "lag_compensated";
  /** a seat's number */
  seat: number;
  /** the turn's number at its table, from 1 */
  turn: number;
  /** how late the action was */
  late_ms: number;
  /** how late actions may still be, in all */
  left_ms: number;
}

/**
 * The house took `amount` chips before the pots were awarded.
 *
 * `pots` has the part of each pot, the main pot first. The chips go to the account of the house.
 *
 * The `amount` of each of the hand's pots is reduced by the number at its place in `pots`.
 */
export interface RakeTaken {
  type: "rake_taken";
  /** chips taken from all pots */
  amount: number;
  /** the part of each pot, main pot first */
  pots: number[];
}

/**
 * A hand started.
 *
 * `order` lists the seats dealt in, from the left of the button. `button`, `small_blind` and
 * `big_blind` are positions: a dead button or small blind is at a seat that is not in `order`. In
 * games without blinds they do not move. `missed` seats were passed by the big blind while sitting
 * out, so they owe one; `missed_small` seats also owe a small blind. `first_dealt` seats are dealt
 * in for the first time since their players sat down. `limit` is that of the first street in a
 * fixed-limit game. `boards` is the number of boards dealt; the betting of a `bomb_pot` begins on
 * the second street. `at_ms` is when the hand started, in milliseconds UTC. `names` and `stacks`
 * are those of the players in `order`, before anything was posted. Old hands lack these three.
 * `bots` are the seats in `order` that bots of the server have. `config` is the table's, if that
 * is not the one with which it was opened.
 *
 * `hand_number` (from `hand`), `button`, `small_blind` and `big_blind` become the event's,
 * `next_hand_at_ms` and `last_hand` null. `owes_blind` becomes true for the seats in `missed`,
 * `owes_small` for those in `missed_small`, and if there are `blinds`, both and `posts` become
 * false for those in `order`. `hands` of the `clock`, if a seat has one, grows by 1 for those in
 * `order`. `played` becomes true for those in `first_dealt`. `hands_missed` grows by 1 for each
 * seat that is sitting out. `hands_left` of the `game` is reduced by 1, if there is one. The new
 * `hand` has the `number`, `order`, `min_bet`, `variant`, `limit` and `bomb_pot` of the event, a
 * `min_raise` of `min_bet`, street 0, an empty list in `extra_boards` for each of the `boards`
 * after the first, and a part with defaults for each seat in `order`; the rest is 0, null or
 * empty.
 */
export interface HandStarted {
  type: "hand_started";
  /** the hand's number at its table, from 1 */
  hand: number;
  /** the seat with the button, whether or not a player there is dealt in */
  button: number;
  /** the small blind's seat; if it is not in `order`, there is no small blind */
  small_blind: number;
  /** the big blind's seat */
  big_blind: number;
  /** the seats dealt in, from the left of the button */
  order: number[];
  /** the smallest bet */
  min_bet: number;
  /** seats that the big blind passed while they sat out */
  missed?: number[];
  /** never sent */
  deck?: string[];
  /** the code of the game */
  variant?: string;
  /** seats that owe a small blind too */
  missed_small?: number[];
  /** whether blinds are posted in this hand */
  blinds?: boolean;
  /** the bets of a fixed-limit street; if absent, there is none or it is unchanged */
  limit?: FixedLimit;
  /** how many boards are dealt */
  boards?: number;
  /** whether the hand is a bomb pot: antes alone, and betting from the second street */
  bomb_pot?: boolean;
  /** when the hand started */
  at_ms?: number;
  /** the names of the players in `order` */
  names?: string[];
  /** the stacks of the players in `order`, before anything was posted */
  stacks?: number[];
  /** seats dealt in for the first time since their players sat down */
  first_dealt?: number[];
  /** the seats in `order` that bots of the server have */
  bots?: number[];
  /** the table's config, if it is not the one with which it was opened */
  config?: TableConfig;
}

/**
 * The hand is over. The `unshown` seats may still show their cards until the next hand.
 *
 * `to_come` is given at tables with rabbit hunts: the numbers of board cards of the streets that
 * were not dealt. The `claimant` won without showing, and may claim a bonus by showing.
 *
 * `hand` becomes null. If `unshown` has seats, `last_hand` becomes a new one. Its `number` is
 * `hand`, its `claimant` that of the event, and its `shown` and `parts` are empty. Its `cards`
 * have one list per seat: the part's cards for the `unshown` seats, empty for the others. Its
 * `rabbit` is null, or if there is `to_come`, a new one: its `streets` are `to_come`, its `boards`
 * the number of boards of the hand, and the rest is empty.
 */
export interface HandEnded {
  type: "hand_ended";
  /** the hand's number at its table, from 1 */
  hand: number;
  /** seats whose cards were not shown; `show` can show them until the next hand */
  unshown?: number[];
  /** the number of board cards of each street that was not dealt; see `rabbit` */
  to_come?: number[];
  /** the seat that won without showing, and may claim a bonus for its cards */
  claimant?: number;
}

/**
 * The hand was cancelled: `refunds` returns to each seat what it had put in.
 *
 * It is cancelled because the table is `closed`, or for `cards_seen`: a fault undid a part of the
 * hand, and players may have seen cards that would be dealt again.
 *
 * The `stack` of each seat in `refunds` grows by its `amount`; `hand` becomes null.
 */
export interface HandCancelled {
  type: "hand_cancelled";
  /** the hand's number at its table, from 1 */
  hand: number;
  /** what each seat gets back: everything it had put in */
  refunds: Share[];
  /** why */
  reason?: "cards_seen" | "closed";
}

/**
 * A player showed his or her cards of the last hand, which stay visible until the next one.
 *
 * In `last_hand`, the seat's `cards` become `cards`, and the seat is appended to `shown`.
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
 * A hand is scheduled for `at_ms`, if there are still enough players.
 *
 * `next_hand_at_ms` becomes `at_ms`.
 */
export interface NextHandScheduled {
  type: "next_hand_scheduled";
  /** when the hand starts */
  at_ms: number;
}

/**
 * The next hand was cancelled: too few players are left, or the table closes.
 *
 * It is also cancelled when the host pauses the table or changes its config.
 *
 * `next_hand_at_ms` becomes null.
 */
export interface NextHandCancelled {
  type: "next_hand_cancelled";
}

/**
 * A player took a free seat, with `stack` chips.
 *
 * If the player left less than an hour ago, `played` is true, and `owes_small` if blinds are owed.
 * `bot` is true for a bot of the server.
 *
 * The seat has this `player`, `name`, `stack`, `owes_small`, `played`, `clock`, `bot` and `posts`,
 * and otherwise its defaults: it `owes_blind`. The player is removed from `departed` and
 * `waiting`, and from the `requests` of `hosting`. If the config's `hosting` has a `bank`, the
 * player's line in the `bank` of `hosting` gets this `name`, and its `given` grows by `stack`;
 * without one, a line of this `player`, `name` and `stack` as `given` is added at the end.
 */
export interface PlayerSat {
  type: "player_sat";
  /** a seat's number */
  seat: number;
  /** the player's id */
  player: string;
  /** the player's name, as it is shown */
  name: string;
  /** chips of the player, without those bet */
  stack: number;
  /** whether a dead small blind is owed too */
  owes_small?: boolean;
  /** whether the player was dealt in, now or before leaving within the hour */
  played?: boolean;
  /** the time bank, protections and lag allowance, if the table has any */
  clock?: SeatClock;
  /** whether it is a bot of the server */
  bot?: boolean;
  /** whether an owed blind is posted in the next hand, instead of waiting for it */
  posts?: boolean;
}

/**
 * A player stood up; `stack` chips returned to the account.
 *
 * A player who comes back before `until_ms` brings back `stack`, and owes blinds if `owes_blinds`.
 * `until_ms` is 0 if the player owes nothing.
 *
 * The seat becomes null. If there is a `last_hand`, the seat's `cards` in it become empty, and the
 * seat is removed from `shown`. The player and those in `forgotten` are removed from `departed`.
 * If `until_ms` is not 0, the `player`, `stack`, `until_ms` and `owes_blinds` are added at its
 * end. If the player has a line in the `bank` of `hosting`, its `returned` grows by `stack`.
 */
export interface PlayerStood {
  type: "player_stood";
  /** a seat's number */
  seat: number;
  /** the player's id */
  player: string;
  /** chips returned to the account */
  stack: number;
  /** until when the player owes this; 0 if free to come back as a new one */
  until_ms?: number;
  /** whether both blinds are owed to be dealt in */
  owes_blinds?: boolean;
  /** players who may come back as new ones */
  forgotten?: string[];
}

/**
 * The player will stand up when the hand is over.
 *
 * The seat's `leaving` becomes true.
 */
export interface PlayerLeaving {
  type: "player_leaving";
  /** a seat's number */
  seat: number;
}

/**
 * A player added chips, or the server did so for the player: `auto`.
 *
 * The seat's `stack` grows by `amount`. If the event is `auto` and `auto.left` of the seat is not
 * null, `auto.left` shrinks by `amount`.
 */
export interface ChipsAdded {
  type: "chips_added";
  /** a seat's number */
  seat: number;
  /** the player's id */
  player: string;
  /** chips */
  amount: number;
  /** whether the server added them as the player had set */
  auto?: boolean;
}

/**
 * The player sits out: no further hands are dealt to the seat.
 *
 * The seat's `sitting_out` becomes true, and its `posts` false. If its `plan` is
 * `sit_out_at_blind`, that becomes empty.
 */
export interface PlayerSatOut {
  type: "player_sat_out";
  /** a seat's number */
  seat: number;
  /** the player asked, timed out too often, or has no chips left */
  reason: "asked" | "busted" | "timed_out";
}

/**
 * The player is back and is dealt in again.
 *
 * The seat's `sitting_out` becomes false, its `timeouts` and `hands_missed` 0, and its `posts` as
 * here.
 */
export interface PlayerSatIn {
  type: "player_sat_in";
  /** a seat's number */
  seat: number;
  /** whether an owed blind is posted in the next hand, instead of waiting for it */
  posts?: boolean;
}

/**
 * The player turned straddling on or off.
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
 * The player agreed to have the board run up to `times` times.
 *
 * The seat's `run_it` becomes `times`.
 */
export interface RunItSet {
  type: "run_it_set";
  /** a seat's number */
  seat: number;
  /** the maximum number of boards that the player agrees to */
  times: number;
}

/**
 * A player's time bank was filled at the start of a hand, for earlier hands.
 *
 * `bank_ms` of the seat's `clock` becomes `bank_ms`.
 */
export interface TimeBankFilled {
  type: "time_bank_filled";
  /** a seat's number */
  seat: number;
  /** time in the bank now */
  bank_ms: number;
}

/**
 * The player mucks losing hands, or shows them.
 *
 * The seat's `auto_muck` becomes `on`.
 */
export interface AutoMuckSet {
  type: "auto_muck_set";
  /** a seat's number */
  seat: number;
  /** whether losing hands are mucked */
  on: boolean;
}

/**
 * The player will post the owed blind in the next hand, or waits for the big blind.
 *
 * The seat's `posts` becomes as here.
 */
export interface EntryChosen {
  type: "entry_chosen";
  /** a seat's number */
  seat: number;
  /** whether an owed blind is posted in the next hand, instead of waiting for it */
  posts: boolean;
}

/**
 * The player will sit out or leave later, or changed that; empty for neither.
 *
 * The seat's `plan` becomes as here.
 */
export interface PlanMade {
  type: "plan_made";
  /** a seat's number */
  seat: number;
  /**
   * `sit_out_at_blind` or `leave_at_blind`: before the next big blind comes; `leave_after_hand`;
   * empty for none
   */
  plan: "" | "leave_after_hand" | "leave_at_blind" | "sit_out_at_blind";
}

/**
 * The player set which chips are added automatically between hands; null for none.
 *
 * The seat's `auto` becomes as here.
 */
export interface AutoChipsSet {
  type: "auto_chips_set";
  /** a seat's number */
  seat: number;
  /** the chips that the server adds between hands; null for none */
  auto: AutoBuy | null;
}

/**
 * The next `hands` hands are of this variant.
 *
 * `seat` is the seat that chose it, if any, and `chooser` the seat that may still choose.
 *
 * The table's `game` becomes a new one of this `variant`, with this `chooser`, and `hands` as its
 * `hands_left`.
 */
export interface GameChanged {
  type: "game_changed";
  /** the code of the game */
  variant: string;
  /** number of hands of it */
  hands: number;
  /** the seat that chose it, if any */
  seat?: number;
  /** the seat that may choose the game until the next hand starts, if any */
  chooser?: number;
}

/**
 * The clock was paused and now runs until `deadline_ms`.
 *
 * That is the new `deadline_ms` of the turn, or `next_hand_at_ms` if there is no turn.
 */
export interface ClockResumed {
  type: "clock_resumed";
  /** when the clock runs out */
  deadline_ms: number;
}

/**
 * The table was opened by its `host`, with all seats free. It is every table's first event.
 *
 * `host` is the player who opened it; the server's own tables have none.
 */
export interface TableOpened {
  type: "table_opened";
  /** the table's id */
  id: string;
  /** the table's name */
  name: string;
  /** the table's game, stakes and options */
  config: TableConfig;
  /** who opened it; absent if the server did */
  host?: string;
}

/**
 * The table was closed for good; all seats are free. It is the last event of a table.
 *
 * `closed` becomes true, and `departed` and `waiting` empty.
 */
export interface TableClosed {
  type: "table_closed";
  /**
   * `abandoned`: no activity and no viewers for `ABANDONED_TABLE_MS` (or no hand for
   * `UNUSED_TABLE_MS`); `overtaken`: the stored table was not the newest; `operator`: closed by an
   * operator or admin; `host`: closed by its host; `session_over`: its timed session is over
   */
  reason: "abandoned" | "host" | "operator" | "overtaken" | "session_over";
}

/** The stored log starts over here. The visible state does not change. */
export interface LogRestarted {
  type: "log_restarted";
  /** always null */
  table: Table | null;
}

/**
 * The host added or removed a bot: these `bots` are wanted from now on.
 *
 * The table's `bots` become the event's.
 */
export interface BotsWanted {
  type: "bots_wanted";
  /** the bots that the host wants from now on */
  bots: WantedBot[];
}

/**
 * A player showed some cards of the last hand, and not yet all.
 *
 * In `last_hand`, if `parts` is empty, it becomes one empty list per seat. The `cards` are
 * appended to that of the seat. The `cards` of `last_hand` do not change.
 */
export interface PartShown {
  type: "part_shown";
  /** the hand's number at its table, from 1 */
  hand: number;
  /** a seat's number */
  seat: number;
  /** the cards shown now */
  cards: string[];
}

/**
 * A player asks to see the cards that would have come in the last hand.
 *
 * In the `rabbit` of `last_hand`, the seat is appended to `agreed`.
 */
export interface RabbitAgreed {
  type: "rabbit_agreed";
  /** the hand's number at its table, from 1 */
  hand: number;
  /** a seat's number */
  seat: number;
}

/**
 * The cards that would have come in the last hand: one list for each board.
 *
 * The `shown` of the `rabbit` of `last_hand` becomes `boards`.
 */
export interface RabbitShown {
  type: "rabbit_shown";
  /** the hand's number at its table, from 1 */
  hand: number;
  /** the cards, one list for each board */
  boards: string[][];
}

/**
 * A player voted for the next hand to be a bomb pot, or took the vote back.
 *
 * The seat is appended to the `bomb_votes` of `extras`, or removed from them. If `extras` is null,
 * it first becomes a new one with defaults.
 */
export interface BombPotVoted {
  type: "bomb_pot_voted";
  /** a seat's number */
  seat: number;
  /** whether the player votes for it */
  on: boolean;
}

/**
 * Players paid others outside of the pots. `paid` and `received` have the same sum.
 *
 * A player with too few chips pays the whole stack. A round of the stand-up game ends with this
 * event, even if nobody is left to pay; then both lists are empty.
 *
 * The `stack` of each seat in `paid` shrinks by its `amount`, and that of each in `received` grows
 * by it. For a `bonus` of `stand_up`, the `stand_up` of `extras` becomes null.
 */
export interface BonusPaid {
  type: "bonus_paid";
  /** `seven_deuce` or `stand_up` */
  bonus: "seven_deuce" | "stand_up";
  /** who paid how much */
  paid?: Share[];
  /** who got how much */
  received?: Share[];
}

/**
 * A round of the stand-up game began; these seats are standing.
 *
 * The `stand_up` of `extras` becomes a new one, with `seats` for its `seats` and its `standing`.
 * If `extras` is null, it first becomes a new one with defaults.
 */
export interface StandUpStarted {
  type: "stand_up_started";
  /** the seats in the round, all standing */
  seats: number[];
}

/**
 * These players won chips, and sit down in the stand-up game.
 *
 * The `seats` are removed from the `standing` of the `stand_up` of `extras`.
 */
export interface StandUpWon {
  type: "stand_up_won";
  /** the seats that won chips */
  seats: number[];
}

/**
 * A timed session began; its last hand starts after `ends_at_ms`, milliseconds UTC.
 *
 * The `ends_at_ms` of `extras` becomes `ends_at_ms`. If `extras` is null, it first becomes a new
 * one with defaults.
 */
export interface SessionStarted {
  type: "session_started";
  /** when a timed session is over: then one more hand is played */
  ends_at_ms: number;
}

/**
 * The table closes after hand number `last_hand`.
 *
 * The `last_hand` of `extras` becomes `last_hand`. If `extras` is null, it first becomes a new one
 * with defaults.
 */
export interface SessionEnding {
  type: "session_ending";
  /** the number of the last hand */
  last_hand: number;
}

/**
 * A player asks the host for a seat, to buy in for `buy_in`.
 *
 * The `player`, `name` and `buy_in` are added at the end of the `requests` of `hosting`.
 */
export interface SeatRequested {
  type: "seat_requested";
  /** the player's id */
  player: string;
  /** the player's name, as it is shown */
  name: string;
  /** chips that the player means to bring */
  buy_in: number;
}

/**
 * The host lets a player sit down, now and later.
 *
 * The player is removed from the `requests` of `hosting`, and added at the end of `approved`.
 */
export interface SeatApproved {
  type: "seat_approved";
  /** the player's id */
  player: string;
}

/**
 * The host refuses a player a seat, or takes an approval back.
 *
 * The player is removed from the `requests` and `approved` of `hosting`.
 */
export interface SeatDenied {
  type: "seat_denied";
  /** the player's id */
  player: string;
}

/**
 * A player withdrew the request for a seat.
 *
 * The player is removed from the `requests` of `hosting`.
 */
export interface SeatRequestWithdrawn {
  type: "seat_request_withdrawn";
  /** the player's id */
  player: string;
}

/**
 * The host removes a player from the seat; `player_stood` or `player_leaving` follows.
 *
 * The player is removed from the `approved` of `hosting`.
 */
export interface PlayerKicked {
  type: "player_kicked";
  /** a seat's number */
  seat: number;
  /** the player's id */
  player: string;
}

/**
 * The host bans a player from the seats of this table.
 *
 * The player is removed from the `requests` and `approved` of `hosting`, and added at the end of
 * `banned`.
 */
export interface PlayerBanned {
  type: "player_banned";
  /** the player's id */
  player: string;
}

/**
 * The host ends the ban of a player.
 *
 * The player is removed from the `banned` of `hosting`.
 */
export interface PlayerUnbanned {
  type: "player_unbanned";
  /** the player's id */
  player: string;
}

/**
 * The host lets a player say nothing at this table any more; with `on` false, again.
 *
 * The player is added at the end of the `muted` of `hosting`, or removed from it.
 */
export interface PlayerMuted {
  type: "player_muted";
  /** the player's id */
  player: string;
  /** whether the player is muted */
  on: boolean;
}

/**
 * The host pauses the table: the hand in play is the last one until `table_resumed`.
 *
 * The `paused` of `hosting` becomes true.
 */
export interface TablePaused {
  type: "table_paused";
}

/**
 * The host ends the pause.
 *
 * The `paused` of `hosting` becomes false.
 */
export interface TableResumed {
  type: "table_resumed";
}

/**
 * The config changes to `config` when this hand is over; without one, the plan is dropped.
 *
 * The `next_config` of `hosting` becomes `config`.
 */
export interface ChangePlanned {
  type: "change_planned";
  /** the config after this hand; absent if none is planned any more */
  config?: TableConfig;
}

/**
 * The table has another config, between two hands.
 *
 * The table's `config` becomes this one, and the `next_config` of `hosting` null. If the
 * `first_config` of `hosting` is null, it becomes the earlier config. The `game` becomes null if
 * `variant` or `mix` changes. If there are `clocks`, one for each seat, they become the `clock` of
 * the seats. If there is `ends_at_ms`, it becomes that of `extras`, and their `last_hand` becomes
 * 0.
 */
export interface TableChanged {
  type: "table_changed";
  /** the new config */
  config: TableConfig;
  /** what each seat has of the clocks now; null if that did not change */
  clocks?: (SeatClock | null)[];
  /** when the session ends now, 0 for never; null for no change */
  ends_at_ms?: number;
}

/**
 * Another player is the host now.
 *
 * The table's `host` becomes the player.
 */
export interface HostChanged {
  type: "host_changed";
  /** the player's id */
  player: string;
}

/**
 * The unlisted table has a new link; earlier ones are not valid any more.
 *
 * The `link` of `hosting` becomes this one.
 */
export interface LinkRenewed {
  type: "link_renewed";
  /** the number of the link that is valid now */
  link: number;
}

/**
 * The host gave a player chips from the table's bank.
 *
 * The seat's `stack` grows by `amount`, and so does the `given` of the player's line in the `bank`
 * of `hosting`.
 */
export interface ChipsGiven {
  type: "chips_given";
  /** a seat's number */
  seat: number;
  /** the player's id */
  player: string;
  /** chips */
  amount: number;
}

/**
 * The host took chips from a player, back to the table's bank.
 *
 * The seat's `stack` shrinks by `amount`, and the `returned` of the player's line in the `bank` of
 * `hosting` grows by it.
 */
export interface ChipsTaken {
  type: "chips_taken";
  /** a seat's number */
  seat: number;
  /** the player's id */
  player: string;
  /** chips */
  amount: number;
}

/**
 * A player joined the waiting list.
 *
 * The `player` and `name` are added at the end of `waiting`.
 */
export interface WaiterJoined {
  type: "waiter_joined";
  /** the player's id */
  player: string;
  /** the player's name, as it is shown */
  name: string;
}

/**
 * A player left the waiting list: as `asked`, absent, late for the reserved seat, banned, or
 * denied a seat by the host.
 *
 * The player is removed from `waiting`.
 */
export interface WaiterLeft {
  type: "waiter_left";
  /** the player's id */
  player: string;
  /** why */
  reason: "absent" | "asked" | "banned" | "denied" | "expired";
}

/**
 * A seat is reserved for a player on the waiting list, until `until_ms`.
 *
 * The player's entry of `waiting` gets this `seat` and `until_ms`.
 */
export interface SeatReserved {
  type: "seat_reserved";
  /** a seat's number */
  seat: number;
  /** the player's id */
  player: string;
  /** until when, in milliseconds UTC */
  until_ms: number;
}

/**
 * What became of one of several tables in a `watch`.
 *
 * Without a `code` it is watched; otherwise the fields are those of `rejected`.
 */
export interface WatchOutcome {
  /** the table's id */
  table: string;
  /** why the table is refused; absent if it is watched */
  code?: string;
  /** the same as text for people; not stable */
  message?: string;
  /** whether the same command may succeed later */
  retryable?: boolean;
  /** how long to wait before sending the command again */
  retry_after_ms?: number;
  /** what the client can do about it; absent if it is watched */
  category?: string;
  /** the bounds, limits and amounts of `message` as data */
  details?: Details;
}

/**
 * A hand in play. `seats` has one entry per seat of the table, null for those not dealt in.
 *
 * `order` lists the dealt-in seats from the left of the button. `bet` is the bet to match on this
 * street and `min_raise` the smallest full raise. `aggressor` bet or raised last on this street.
 * `last_actor` acted last or posted the big blind; the seat after it acts next. It is null at the
 * start of a street; then `opener` acts first, or the first in `order` if that is null. `dead` are
 * chips that nobody has to match. `limit` is set in fixed-limit games, where `min_raise` has no
 * meaning. The seats in `drawing` have still to draw or discard, in that order. `discards` are the
 * cards that each seat discarded. `extra_boards` are the whole second and third board, if there
 * are several.
 */
export interface Hand {
  /** the hand's number */
  number: number;
  /** the seats dealt in, from the left of the button */
  order: number[];
  /** one entry per seat of the table, null if not dealt in */
  seats: (HandSeat | null)[];
  /** always empty */
  deck: string[];
  /** the smallest bet */
  min_bet: number;
  /** which street of the variant, from 0; in hold'em before the flop, flop, turn, river */
  street?: number;
  /** the community cards */
  board?: string[];
  /** the bet to match on this street */
  bet?: number;
  /** the smallest full raise, as an increment to `bet`; initially `min_bet` */
  min_raise?: number;
  /** the seat that bet or raised last on this street */
  aggressor?: number;
  /** the seat that acted last or posted the big blind; the one after it acts next */
  last_actor?: number;
  /** dead antes and blinds, which nobody has to match */
  dead?: number;
  /** all pots as they stand, main pot first */
  pots?: Pot[];
  /** the current turn, if any */
  turn?: Turn;
  /** the code of the game */
  variant?: string;
  /** the seat that acts first on the street, in games with face-up cards */
  opener?: number;
  /** the bets of the street in a fixed-limit game */
  limit?: FixedLimit;
  /** the seats still to draw or discard, in that order */
  drawing?: number[];
  /** never sent */
  discards?: string[][];
  /** the boards after the first, if several are dealt */
  extra_boards?: string[][];
  /** whether the hand is a bomb pot: antes alone, and betting from the second street */
  bomb_pot?: boolean;
}

/**
 * The hole cards of the last hand, which can still be shown until the next hand starts.
 *
 * `cards` has one list per seat of the table: the hole cards that were not shown during the hand,
 * if their player is still seated; otherwise empty. The seats in `shown` have shown theirs since;
 * each player also sees their own. If all cards were shown, there is no last hand.
 *
 * `parts` has one list per seat, or is empty: the cards that a seat has shown of several. `rabbit`
 * is set if the table has rabbit hunts and the board was not complete. `claimant` is the seat that
 * won without showing, and may claim a bonus for its cards by showing them.
 */
export interface LastHand {
  /** the hand's number */
  number: number;
  /** the hole cards not shown during the hand, one list per seat */
  cards: string[][];
  /** the seats that have shown their cards since */
  shown: number[];
  /** the cards that seats have shown of several, one list per seat, or empty */
  parts: string[][];
  /** the board cards that would have come, at a table with rabbit hunts */
  rabbit: Rabbit | null;
  /** the seat that won without showing, and may claim a bonus for its cards */
  claimant: number | null;
}

/**
 * The current game of a mix, and how many hands of it are left.
 *
 * `chooser` is the seat that may choose the game of the next hand, if any.
 */
export interface Game {
  /** the code of the game */
  variant: string;
  /** hands of this game still to be dealt */
  hands_left: number;
  /** the seat that may choose the game until the next hand starts, if any */
  chooser: number | null;
}

/**
 * What a player who left owes on coming back before `until_ms`, to any seat.
 *
 * The player brings back `stack` chips, but not more than the maximum buy-in, and posts both
 * blinds to be dealt in if `owes_blinds`.
 */
export interface Departure {
  /** the player's id */
  player: string;
  /** the chips that the player left with */
  stack: number;
  /** until when the player owes this, in milliseconds UTC */
  until_ms: number;
  /** whether both blinds are owed to be dealt in */
  owes_blinds?: boolean;
}

/**
 * A bot that the host wants at the table, whether or not it has a seat now.
 *
 * `style` is a value of `hosting.bots.BotStyle`. A client accepts any text, since a newer server
 * may have other styles.
 */
export interface WantedBot {
  /** the bot's player id */
  player: string;
  /** the bot's name */
  name: string;
  /** how the bot plays */
  style: string;
}

/**
 * The state of a table's extra rules.
 *
 * The seats in `bomb_votes` voted for the next hand to be a bomb pot. `stand_up` is set during a
 * round of that game. A timed session ends after `ends_at_ms`, milliseconds UTC. Once it is known,
 * `last_hand` is the number of the last hand before the table closes.
 */
export interface Extras {
  /** the seats that voted for the next hand to be a bomb pot */
  bomb_votes?: number[];
  /** the round of the stand-up game, if there is one */
  stand_up?: StandUp;
  /** when a timed session is over: then one more hand is played */
  ends_at_ms?: number;
  /** the number of the last hand before the table closes; 0 if not known */
  last_hand?: number;
}

/** A player on the waiting list; `seat` is reserved for the player until `until_ms`, if any. */
export interface Waiter {
  /** the player's id */
  player: string;
  /** the player's name, as it is shown */
  name: string;
  /** the seat that is reserved for the player, if any */
  seat?: number;
  /** until when it is reserved, in milliseconds UTC; 0 for none */
  until_ms?: number;
}

/** A token bucket of `burst` tokens, which refills evenly, from empty to full in `over_ms`. */
export interface RateLimit {
  /** number allowed at once */
  burst: number;
  /** the time in which the whole burst is replenished, evenly */
  over_ms: number;
}

/** Chips that one player owes another, or the `house` for its rake, if all settle now. */
export interface LedgerPayment {
  /** who pays */
  from: string;
  /** who is paid */
  to: string;
  /** chips */
  amount: number;
}

/**
 * What the house takes of each hand.
 *
 * `percent` is in hundredths of a percent of the pots, rounded down to a chip. A hand pays at most
 * `cap`, or `cap_heads_up` if two players were dealt in; a `cap` of 0 is none, and a
 * `cap_heads_up` of 0 is `cap`. With `no_flop_no_drop`, a hand that ends on its first street pays
 * nothing.
 */
export interface Rake {
  /** hundredths of a percent of the pots */
  percent?: number;
  /** the most chips of a hand; 0 is no cap */
  cap?: number;
  /** the same if two players were dealt in; 0 is `cap` */
  cap_heads_up?: number;
  /** whether a hand that ends on its first street pays nothing */
  no_flop_no_drop?: boolean;
}

/**
 * When a table closes by itself: after a time, or after a number of hands; 0 is never.
 *
 * The time begins when the first hand is scheduled. When it is over, one more hand is played.
 */
export interface SessionLimits {
  /** the time from the first hand on; 0 is no limit */
  ends_after_ms?: number;
  /** the number of hands; 0 is no limit */
  hands?: number;
}

/**
 * A reserve of time for hard decisions, for connected players only.
 *
 * A player sits down with `start_ms`, and gets `refill_ms` more after every `refill_hands` hands,
 * up to `max_ms`. It begins by itself when the time of a turn is over (`auto`), or when the player
 * asks for it (`on_demand`).
 */
export interface TimeBank {
  /** time in the bank when a player sits down, up to 600 000 */
  start_ms?: number;
  /** time that is added to the bank, up to 600 000 */
  refill_ms?: number;
  /** hands played after which it is added, 1 to 1 000 */
  refill_hands?: number;
  /** the most that a bank holds, up to 600 000 */
  max_ms?: number;
  /**
   * whether the bank runs by itself when the time of a turn is over (`auto`), or when the player
   * asks (`on_demand`)
   */
  use?: "auto" | "on_demand";
}

/**
 * Time for a player whose connection is lost, up to `times` times while seated.
 *
 * It is `base_ms`, and `big_blind_ms` more for each big blind in the pot, but at most `max_ms`. A
 * player who is back has at least `back_ms` to act.
 */
export interface DisconnectProtection {
  /** how often a seated player is protected, 1 to 100 */
  times?: number;
  /** time to come back, up to 600 000 */
  base_ms?: number;
  /** time added for each big blind in the pot, up to 600 000 */
  big_blind_ms?: number;
  /** the most that both are, up to 600 000 */
  max_ms?: number;
  /** the least time to act after coming back, up to 600 000 */
  back_ms?: number;
}

/**
 * How late an action may be: by the delay that the server measures on the connection.
 *
 * The allowance is at most `turn_ms` in one turn, and `seated_ms` in all while the player is
 * seated.
 */
export interface LagAllowance {
  /** the most in one turn, 1 to 5 000 */
  turn_ms?: number;
  /** the most in all while the player is seated, up to 600 000 */
  seated_ms?: number;
}

/**
 * A turn: the seat that is to act, and what is legal.
 *
 * `number` counts the table's turns, so that a late answer never matches another turn. `actions`
 * are the legal ones. `call` is what a call adds, 0 if it is not legal. `min_to` and `max_to`
 * bound a bet or raise, as the total for the street; 0 if neither is legal. They are equal if the
 * stack is too small for a full raise: then only all-in is legal. If there are `sizes`, only those
 * totals are legal. In a draw, `discard_min` and `discard_max` bound the number of cards to
 * discard. `time` is what runs until `deadline_ms`: the time of the turn, the player's time bank,
 * or the protection of a lost connection.
 */
export interface Turn {
  /** a seat's number */
  seat: number;
  /** the turn's number, for `act` */
  number: number;
  /** the legal actions */
  actions: string[];
  /** chips added by a call */
  call: number;
  /** the smallest legal bet or raise, as the total for the street; 0 if none */
  min_to: number;
  /** the largest legal bet or raise, likewise; may equal `min_to` */
  max_to: number;
  /** when the turn began */
  started_ms: number;
  /** when the clock runs out */
  deadline_ms: number;
  /** the only legal totals of a bet or raise, if there are several */
  sizes?: number[];
  /** the fewest cards to discard; 0 if the player may stand pat */
  discard_min?: number;
  /** the most cards to discard */
  discard_max?: number;
  /**
   * what runs until `deadline_ms`: the time of the turn, the player's time bank, or the protection
   * of a lost connection
   */
  time?: "bank" | "protection" | "turn";
}

/**
 * A taken seat.
 *
 * `timeouts` counts turns in a row that timed out, `hands_missed` hands that started while the
 * player was sitting out. `owes_blind` is set while the player must post a big blind to be dealt
 * in, as every new player must; `owes_small` while a dead small blind is owed too. A `leaving`
 * player is stood up when the hand is over. With `straddle` the player straddles where it is
 * possible; `run_it` is the maximum number of boards that the player agrees to. A player who has
 * `played` was dealt in at this table, now or before leaving within the hour, so that a blind
 * still owed is a missed one. There is a `clock` if the table's clocks have more than time for a
 * turn. A `bot` is one of the server's own; only the server says so. With `auto_muck`, a hand that
 * loses at the showdown is mucked where that is allowed; without it, it is shown. A player who
 * `posts` has asked to post the owed blind from the next hand on; otherwise the player waits until
 * the big blind comes. `plan` is what the player will do by itself, and `auto` the chips that are
 * added by themselves.
 */
export interface Seat {
  /** the player's id */
  player: string;
  /** the player's name, as it is shown */
  name: string;
  /** chips of the player, without those bet */
  stack: number;
  /** whether the player is dealt no hands */
  sitting_out?: boolean;
  /** whether the player stands up after this hand */
  leaving?: boolean;
  /** number of turns in a row that timed out */
  timeouts?: number;
  /** whether the player must post a big blind to be dealt in */
  owes_blind?: boolean;
  /** hands started since the player sits out */
  hands_missed?: number;
  /** whether a dead small blind is owed too */
  owes_small?: boolean;
  /** whether the player straddles where it is possible */
  straddle?: boolean;
  /** the maximum number of boards that the player agrees to */
  run_it?: number;
  /** whether the player was dealt in, now or before leaving within the hour */
  played?: boolean;
  /** the player's time bank, protections and lag allowance, if the table has any */
  clock?: SeatClock;
  /** whether it is a bot of the server */
  bot?: boolean;
  /** whether a hand that loses at the showdown is mucked, where that is allowed */
  auto_muck?: boolean;
  /** whether an owed blind is posted in the next hand, instead of waiting for it */
  posts?: boolean;
  /**
   * `sit_out_at_blind` or `leave_at_blind`: before the next big blind comes; `leave_after_hand`;
   * empty for none
   */
  plan?: "" | "leave_after_hand" | "leave_at_blind" | "sit_out_at_blind";
  /** the chips that the server adds between hands */
  auto?: AutoBuy;
}

/** A player who asks for a seat, and means to buy in for `buy_in`. */
export interface SeatRequest {
  /** the player's id */
  player: string;
  /** the player's name, as it is shown */
  name: string;
  /** chips that the player means to bring */
  buy_in: number;
}

/** The chips that a player got from the table's bank, and those that came back to it. */
export interface BankLine {
  /** the player's id */
  player: string;
  /** the player's name, as it is shown */
  name: string;
  /** chips that the player got */
  given: number;
  /** chips that came back */
  returned?: number;
}

/**
 * A fixed-limit street: the number of `bets` and raises; the last full one was to `full_bet`.
 *
 * The next one is to `full_bet` plus `size`; none is allowed if `size` is 0.
 */
export interface FixedLimit {
  /** number of bets and raises on the street */
  bets: number;
  /** the total of the last full bet or raise */
  full_bet: number;
  /** the increment of the next bet or raise; 0 if none is allowed */
  size: number;
}

/** A main or side pot: its chips and the seats that can win it, in order from the button. */
export interface Pot {
  /** chips */
  amount: number;
  /** the seats that can win it, in order from the button */
  seats: number[];
}

/** The amount that one seat wins of a pot, or gets back. */
export interface Share {
  /** a seat's number */
  seat: number;
  /** chips */
  amount: number;
}

/**
 * What a seated player has of the clocks of the table.
 *
 * `bank_ms` is the time bank, while it runs as it was when it began. `hands` are those dealt in
 * since sitting down. `protections` is how often a lost connection is still protected, and
 * `lag_ms` how late actions may still be in all.
 */
export interface SeatClock {
  /** time in the bank; while it runs, its value at the start */
  bank_ms: number;
  /** hands dealt in since sitting down */
  hands: number;
  /** how often a lost connection is still protected */
  protections: number;
  /** how late actions may still be, in all */
  lag_ms: number;
}

/**
 * Chips that the server adds between hands; 0 is never.
 *
 * A stack below `top_up_to` is filled up to that, an empty one to `rebuy_to`. `left` is how many
 * chips may still be added so, or null for any number.
 */
export interface AutoBuy {
  /** what a smaller stack is filled up to; 0 is never */
  top_up_to?: number;
  /** what an empty stack is filled up to; 0 is never */
  rebuy_to?: number;
  /** how many chips may still be added; if absent, any number */
  left?: number;
}

/**
 * The board cards that would have come in the last hand.
 *
 * `streets` are the numbers of cards of the streets to come, on each of `boards`. The seats in
 * `agreed` have asked to see them. When they are `shown`, it has a list for each board.
 */
export interface Rabbit {
  /** the number of cards of each street to come */
  streets: number[];
  /** how many boards there were */
  boards: number;
  /** the seats that have asked to see the cards */
  agreed: number[];
  /** the cards, one list for each board; empty until they are shown */
  shown: string[][];
  /** always empty */
  cards: string[];
}

/** A round of the stand-up game: the `seats` in it, and those still `standing`. */
export interface StandUp {
  /** the seats in the round */
  seats: number[];
  /** those of them that still stand */
  standing: number[];
}

/**
 * One player's part in a hand.
 *
 * `cards` are hidden, `up` lie face up. `bet` are the chips bet on this street, `in_pots` those of
 * earlier streets and antes, `dead` those that nobody has to match. `acted_to` is the bet to match
 * after the player's last action on this street, including that player's raise, or null before the
 * first action. `drew` is the number of cards of the last draw, or null before the first draw.
 */
export interface HandSeat {
  /** the hidden cards */
  cards?: string[];
  /** chips bet on this street */
  bet?: number;
  /** chips put in on earlier streets, and antes that are not dead */
  in_pots?: number;
  /** the bet to match after the player's last action on this street; null before it */
  acted_to?: number;
  /** whether the player has folded */
  folded?: boolean;
  /** whether the cards are shown */
  shown?: boolean;
  /** whether the player lost without showing */
  mucked?: boolean;
  /** the face-up cards */
  up?: string[];
  /** dead chips put in */
  dead?: number;
  /** number of cards of the last draw; null before it */
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
  | ListHands
  | GetStats
  | Chat
  | ListTables
  | WatchLobby
  | UnwatchLobby
  | CreateTable
  | CloseTable
  | Logout
  | GetAccount
  | Refill
  | Hello
  | Kick
  | Mute
  | Unmute
  | Ban
  | Unban
  | EndSession
  | ListBans
  | ListPlayers
  | UseTimeBank
  | AddBot
  | RemoveBot
  | VoteBombPot
  | RabbitHunt
  | AutoMuck
  | HostKick
  | HostBan
  | HostUnban
  | HostMute
  | PauseTable
  | ResumeTable
  | ChangeTable
  | HandOver
  | GetLink
  | RenewLink
  | ApproveSeat
  | DenySeat
  | GiveChips
  | TakeChips
  | PostBlind
  | Stay
  | AutoChips
  | JoinWaitingList
  | LeaveWaitingList
  | QuickSeat
  | PreAct
  | GetLedger
  | CreateLink
  | React
  | MutePlayer
  | SetNote
  | GetNotes
  | ListWatchers;

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
  | Hands
  | ChatSaid
  | PresenceState
  | PlayerDisconnected
  | PlayerReconnected
  | Heartbeat
  | Notice
  | Bans
  | Players
  | TableWaiting
  | TableLink
  | Waiting
  | PreActionHeld
  | Ledger
  | Link
  | ReactionShown
  | ChatHistory
  | Notes
  | Watchers
  | Stats;

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
  | TimeBankStarted
  | TimeBankStopped
  | ConnectionProtected
  | ConnectionRestored
  | LagCompensated
  | RakeTaken
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
  | TimeBankFilled
  | AutoMuckSet
  | EntryChosen
  | PlanMade
  | AutoChipsSet
  | GameChanged
  | ClockResumed
  | TableOpened
  | TableClosed
  | LogRestarted
  | BotsWanted
  | PartShown
  | RabbitAgreed
  | RabbitShown
  | BombPotVoted
  | BonusPaid
  | StandUpStarted
  | StandUpWon
  | SessionStarted
  | SessionEnding
  | SeatRequested
  | SeatApproved
  | SeatDenied
  | SeatRequestWithdrawn
  | PlayerKicked
  | PlayerBanned
  | PlayerUnbanned
  | PlayerMuted
  | TablePaused
  | TableResumed
  | ChangePlanned
  | TableChanged
  | HostChanged
  | LinkRenewed
  | ChipsGiven
  | ChipsTaken
  | WaiterJoined
  | WaiterLeft
  | SeatReserved;

/** A command of a type, without the id, which the connection adds. */
export type Command<T extends ClientMessage["type"]> = { type: T } & Omit<
  Extract<ClientMessage, { type: T }>,
  "id" | "type"
>;

/** The answer to each command, by its type; the other answer is `rejected`. */
export interface Answers {
  act: Accepted;
  add_bot: Accepted;
  add_chips: Accepted;
  approve_seat: Accepted;
  auto_chips: Accepted;
  auto_muck: Accepted;
  ban: Accepted;
  change_table: Accepted;
  chat: Accepted;
  choose_game: Accepted;
  close_table: Accepted;
  create_link: Link;
  create_table: Accepted;
  deny_seat: Accepted;
  end_session: Accepted;
  get_account: Account;
  get_hand: HandEvents;
  get_ledger: Ledger;
  get_link: TableLink;
  get_notes: Notes;
  get_stats: Stats;
  give_chips: Accepted;
  hand_over: Accepted;
  hello: Welcome;
  host_ban: Accepted;
  host_kick: Accepted;
  host_mute: Accepted;
  host_unban: Accepted;
  join_waiting_list: Accepted;
  kick: Accepted;
  leave_waiting_list: Accepted;
  list_bans: Bans;
  list_hands: Hands;
  list_players: Players;
  list_tables: Tables;
  list_watchers: Watchers;
  logout: Accepted;
  mute: Accepted;
  mute_player: Accepted;
  pause_table: Accepted;
  ping: Pong;
  post_blind: Accepted;
  pre_act: Accepted;
  quick_seat: Accepted;
  rabbit_hunt: Accepted;
  react: Accepted;
  refill: Accepted;
  remove_bot: Accepted;
  renew_link: Accepted;
  resume_table: Accepted;
  run_it: Accepted;
  set_note: Accepted;
  show: Accepted;
  sit: Accepted;
  sit_in: Accepted;
  sit_out: Accepted;
  stand: Accepted;
  stay: Accepted;
  straddle: Accepted;
  take_chips: Accepted;
  unban: Accepted;
  unmute: Accepted;
  unwatch: Accepted;
  unwatch_lobby: Accepted;
  use_time_bank: Accepted;
  vote_bomb_pot: Accepted;
  watch: Accepted;
  watch_lobby: Accepted;
}

/** The code of a refusal; a newer server may have more. */
export type RejectCode =
  | "not_text"
  | "not_binary"
  | "not_json"
  | "not_msgpack"
  | "not_an_object"
  | "unknown_type"
  | "missing_field"
  | "unknown_field"
  | "wrong_type"
  | "out_of_range"
  | "invalid_value"
  | "id_conflict"
  | "hello_first"
  | "already_greeted"
  | "unsupported_protocol"
  | "bad_token"
  | "token_missing"
  | "token_expired"
  | "wrong_player"
  | "bad_code"
  | "guests_only"
  | "account_unavailable"
  | "note_limit"
  | "auth_unavailable"
  | "forbidden"
  | "name_missing"
  | "bad_name"
  | "name_taken"
  | "names_unavailable"
  | "logout_unavailable"
  | "restarting"
  | "overloaded"
  | "paused"
  | "too_fast"
  | "unknown_table"
  | "table_unavailable"
  | "table_quarantined"
  | "owned_elsewhere"
  | "table_limit"
  | "bad_config"
  | "table_closed"
  | "too_many_watched"
  | "too_many_watchers"
  | "unknown_hand"
  | "format_unavailable"
  | "hand_not_over"
  | "log_unavailable"
  | "not_watching"
  | "not_host"
  | "not_yourself"
  | "already_paused"
  | "not_paused"
  | "already_banned"
  | "not_banned"
  | "banned_from_table"
  | "already_requested"
  | "not_requested"
  | "list_full"
  | "cannot_change"
  | "stakes_too_high"
  | "not_unlisted"
  | "no_bank"
  | "host_gives_chips"
  | "not_seated"
  | "already_seated"
  | "too_many_tables"
  | "seat_taken"
  | "no_table_free"
  | "no_waiting_list"
  | "already_waiting"
  | "not_waiting"
  | "seat_free"
  | "waiting_list_full"
  | "no_such_seat"
  | "table_full"
  | "buy_in_too_small"
  | "buy_in_too_large"
  | "must_bring_back"
  | "insufficient_chips"
  | "bank_unavailable"
  | "refill_not_due"
  | "chips_at_table"
  | "free_chips_used_up"
  | "grant_held"
  | "already_leaving"
  | "already_sitting_out"
  | "not_sitting_out"
  | "no_plan"
  | "no_blinds"
  | "no_blind_owed"
  | "no_auto_chips"
  | "no_chips"
  | "nothing_to_show"
  | "nothing_to_hunt"
  | "no_bomb_pots"
  | "no_straddles"
  | "not_so_often"
  | "already_so"
  | "no_time_bank"
  | "no_choice"
  | "not_your_choice"
  | "unknown_game"
  | "seat_soon"
  | "seat_reserved"
  | "in_hand"
  | "bot_limit"
  | "no_such_bot"
  | "not_your_turn"
  | "wrong_turn"
  | "illegal_action"
  | "amount_missing"
  | "amount_not_allowed"
  | "amount_too_small"
  | "amount_too_large"
  | "amount_not_a_size"
  | "cards_missing"
  | "cards_not_allowed"
  | "not_your_cards"
  | "wrong_number_of_cards"
  | "not_in_hand"
  | "your_turn"
  | "bet_changed"
  | "banned"
  | "muted"
  | "muted_by_host"
  | "kicked"
  | "unknown_player"
  | "protected"
  | "sanction_limit";

/** What a client can do about a refusal. */
export type RejectCategory =
  | "invalid"
  | "identity"
  | "forbidden"
  | "not_found"
  | "rules"
  | "limit"
  | "unavailable";

/** The codes that each command can be refused with, by its type. */
export interface Refusals {
  act:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "table_closed"
    | "not_seated"
    | "not_your_turn"
    | "wrong_turn"
    | "illegal_action"
    | "amount_missing"
    | "amount_not_allowed"
    | "amount_too_small"
    | "amount_too_large"
    | "amount_not_a_size"
    | "cards_missing"
    | "cards_not_allowed"
    | "not_your_cards"
    | "wrong_number_of_cards";
  add_bot:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "table_closed"
    | "not_host"
    | "already_so"
    | "bot_limit";
  add_chips:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "table_closed"
    | "host_gives_chips"
    | "not_seated"
    | "insufficient_chips"
    | "bank_unavailable"
    | "grant_held"
    | "in_hand"
    | "amount_too_small"
    | "amount_too_large";
  approve_seat:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "table_closed"
    | "not_host"
    | "not_requested"
    | "list_full";
  auto_chips:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "table_closed"
    | "host_gives_chips"
    | "not_seated"
    | "no_auto_chips"
    | "already_so"
    | "amount_too_small"
    | "amount_too_large";
  auto_muck:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "table_closed"
    | "not_seated"
    | "already_so";
  ban:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "hello_first"
    | "forbidden"
    | "too_fast"
    | "unknown_player"
    | "protected"
    | "sanction_limit";
  change_table:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "bad_config"
    | "table_closed"
    | "not_host"
    | "cannot_change"
    | "stakes_too_high"
    | "already_so";
  chat:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "hello_first"
    | "forbidden"
    | "name_taken"
    | "overloaded"
    | "too_fast"
    | "table_unavailable"
    | "not_watching"
    | "muted"
    | "muted_by_host";
  choose_game:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "table_closed"
    | "not_seated"
    | "already_so"
    | "no_choice"
    | "not_your_choice"
    | "unknown_game";
  close_table:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "table_closed"
    | "not_host"
    | "bank_unavailable";
  create_link:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "hello_first"
    | "guests_only"
    | "account_unavailable"
    | "forbidden"
    | "too_fast";
  create_table:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "hello_first"
    | "forbidden"
    | "bad_name"
    | "name_taken"
    | "restarting"
    | "too_fast"
    | "table_unavailable"
    | "table_limit"
    | "bad_config"
    | "too_many_tables";
  deny_seat:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "table_closed"
    | "not_host"
    | "not_requested";
  end_session:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "hello_first"
    | "forbidden"
    | "logout_unavailable"
    | "too_fast"
    | "unknown_player"
    | "protected"
    | "sanction_limit";
  get_account:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "hello_first"
    | "forbidden"
    | "too_fast"
    | "bank_unavailable";
  get_hand:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "hello_first"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "unknown_hand"
    | "format_unavailable"
    | "hand_not_over"
    | "log_unavailable";
  get_ledger:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "bank_unavailable";
  get_link:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "not_host"
    | "not_unlisted";
  get_notes:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "hello_first"
    | "account_unavailable"
    | "forbidden"
    | "too_fast";
  get_stats:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "hello_first"
    | "forbidden"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "log_unavailable";
  give_chips:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "table_closed"
    | "not_host"
    | "no_bank"
    | "not_seated"
    | "bank_unavailable"
    | "in_hand"
    | "amount_too_small"
    | "amount_too_large";
  hand_over:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "table_closed"
    | "not_host"
    | "not_seated"
    | "already_so";
  hello:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "already_greeted"
    | "unsupported_protocol"
    | "bad_token"
    | "token_missing"
    | "token_expired"
    | "wrong_player"
    | "bad_code"
    | "guests_only"
    | "account_unavailable"
    | "auth_unavailable"
    | "name_missing"
    | "bad_name"
    | "name_taken"
    | "names_unavailable"
    | "logout_unavailable"
    | "too_fast"
    | "banned";
  host_ban:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "table_closed"
    | "not_host"
    | "not_yourself"
    | "already_banned"
    | "list_full"
    | "bank_unavailable";
  host_kick:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "table_closed"
    | "not_host"
    | "not_yourself"
    | "not_seated"
    | "bank_unavailable"
    | "already_leaving";
  host_mute:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "table_closed"
    | "not_host"
    | "not_yourself"
    | "list_full"
    | "already_so";
  host_unban:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "table_closed"
    | "not_host"
    | "not_banned";
  join_waiting_list:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "name_taken"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "table_closed"
    | "banned_from_table"
    | "already_seated"
    | "no_waiting_list"
    | "already_waiting"
    | "seat_free"
    | "waiting_list_full"
    | "kicked";
  kick:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "not_seated"
    | "bank_unavailable"
    | "unknown_player"
    | "protected"
    | "sanction_limit";
  leave_waiting_list:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "table_closed"
    | "not_waiting";
  list_bans:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "hello_first"
    | "forbidden"
    | "too_fast";
  list_hands:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "hello_first"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "log_unavailable";
  list_players:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "hello_first"
    | "forbidden"
    | "too_fast";
  list_tables:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "hello_first"
    | "too_fast";
  list_watchers:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "hello_first"
    | "restarting"
    | "overloaded"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere";
  logout:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "hello_first"
    | "logout_unavailable"
    | "too_fast";
  mute:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "hello_first"
    | "forbidden"
    | "too_fast"
    | "unknown_player"
    | "protected"
    | "sanction_limit";
  mute_player:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "hello_first"
    | "account_unavailable"
    | "note_limit"
    | "forbidden"
    | "too_fast";
  pause_table:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "table_closed"
    | "not_host"
    | "already_paused";
  ping:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "hello_first"
    | "too_fast";
  post_blind:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "table_closed"
    | "not_seated"
    | "no_blinds"
    | "no_blind_owed"
    | "already_so";
  pre_act:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "table_closed"
    | "not_seated"
    | "already_leaving"
    | "already_sitting_out"
    | "illegal_action"
    | "amount_missing"
    | "amount_not_allowed"
    | "amount_too_small"
    | "amount_too_large"
    | "amount_not_a_size"
    | "not_in_hand"
    | "your_turn"
    | "bet_changed";
  quick_seat:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "hello_first"
    | "forbidden"
    | "too_fast"
    | "table_unavailable"
    | "too_many_tables"
    | "no_table_free";
  rabbit_hunt:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "table_closed"
    | "nothing_to_hunt"
    | "already_so";
  react:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "hello_first"
    | "forbidden"
    | "name_taken"
    | "overloaded"
    | "too_fast"
    | "table_unavailable"
    | "not_watching"
    | "muted"
    | "muted_by_host";
  refill:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "hello_first"
    | "forbidden"
    | "too_fast"
    | "bank_unavailable"
    | "refill_not_due"
    | "chips_at_table"
    | "free_chips_used_up";
  remove_bot:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "table_closed"
    | "not_host"
    | "bank_unavailable"
    | "no_such_bot";
  renew_link:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "table_closed"
    | "not_host"
    | "not_unlisted";
  resume_table:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "table_closed"
    | "not_host"
    | "not_paused";
  run_it:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "table_closed"
    | "not_seated"
    | "not_so_often"
    | "already_so";
  set_note:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "hello_first"
    | "account_unavailable"
    | "note_limit"
    | "forbidden"
    | "too_fast";
  show:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "table_closed"
    | "nothing_to_show"
    | "not_your_cards";
  sit:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "name_taken"
    | "names_unavailable"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "table_closed"
    | "banned_from_table"
    | "already_requested"
    | "list_full"
    | "already_seated"
    | "too_many_tables"
    | "seat_taken"
    | "no_such_seat"
    | "table_full"
    | "buy_in_too_small"
    | "buy_in_too_large"
    | "must_bring_back"
    | "insufficient_chips"
    | "bank_unavailable"
    | "grant_held"
    | "seat_soon"
    | "seat_reserved"
    | "kicked";
  sit_in:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "table_closed"
    | "not_seated"
    | "not_sitting_out"
    | "no_chips";
  sit_out:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "table_closed"
    | "not_seated"
    | "already_sitting_out"
    | "no_blinds"
    | "already_so";
  stand:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "table_closed"
    | "not_seated"
    | "bank_unavailable"
    | "already_leaving"
    | "no_blinds"
    | "already_so";
  stay:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "table_closed"
    | "not_seated"
    | "no_plan";
  straddle:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "table_closed"
    | "not_seated"
    | "no_straddles"
    | "already_so";
  take_chips:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "table_closed"
    | "not_host"
    | "no_bank"
    | "not_seated"
    | "bank_unavailable"
    | "in_hand"
    | "amount_too_small"
    | "amount_too_large";
  unban:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "hello_first"
    | "forbidden"
    | "too_fast"
    | "unknown_player"
    | "sanction_limit";
  unmute:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "hello_first"
    | "forbidden"
    | "too_fast"
    | "unknown_player"
    | "sanction_limit";
  unwatch:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "hello_first"
    | "overloaded"
    | "too_fast"
    | "table_unavailable"
    | "not_watching";
  unwatch_lobby:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "hello_first"
    | "too_fast";
  use_time_bank:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "table_closed"
    | "not_seated"
    | "already_so"
    | "no_time_bank"
    | "not_your_turn"
    | "wrong_turn";
  vote_bomb_pot:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "id_conflict"
    | "hello_first"
    | "forbidden"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "table_closed"
    | "not_seated"
    | "no_bomb_pots"
    | "already_so";
  watch:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "hello_first"
    | "restarting"
    | "overloaded"
    | "paused"
    | "too_fast"
    | "unknown_table"
    | "table_unavailable"
    | "table_quarantined"
    | "owned_elsewhere"
    | "too_many_watched"
    | "too_many_watchers";
  watch_lobby:
    | "missing_field"
    | "unknown_field"
    | "wrong_type"
    | "out_of_range"
    | "invalid_value"
    | "hello_first"
    | "too_fast";
}
