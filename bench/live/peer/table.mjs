/**
 * One table: the engine `poker-ts`, with the events of our protocol. It knows no sockets or clock.
 *
 * The engine misplays all-ins before the river, so stacks are refilled between hands.
 */

import engine from "poker-ts";

const SUITS = { clubs: "c", diamonds: "d", hearts: "h", spades: "s" };
const RANKINGS = [
  "high card", "pair", "two pair", "three of a kind", "straight",
  "flush", "full house", "four of a kind", "straight flush", "royal flush",
];

/** An error of the sender of a command. Nothing has changed. */
export class Refusal extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

export class Table {
  constructor(config) {
    this.config = config;
    const blinds = { smallBlind: config.small_blind, bigBlind: config.big_blind, ante: 0 };
    this.engine = new engine.Table(blinds, config.seats);
    this.players = new Array(config.seats).fill(null);
    this.hand = 0;
    this.turns = 0;
    /** The open turn, or null between hands. */
    this.turn = null;
    this.bet = 0;
    this.board = 0;
  }

  get full() {
    return this.players.every((player) => player !== null);
  }

  /** Take a seat; return the events. */
  sit(seat, player) {
    const { seats } = this.config;
    if (!(seat in this.players)) throw new Refusal("no_such_seat", `seats are 0 to ${seats - 1}`);
    if (this.players[seat] !== null) throw new Refusal("seat_taken", `seat ${seat} is taken`);
    this.players[seat] = player;
    this.engine.sitDown(seat, player.buyIn);
    return [{ type: "player_sat", seat, player: player.id, name: player.name, stack: player.buyIn }];
  }

  /** Start the next hand of a full table; return the events, with the hole cards of all. */
  start(nowMs) {
    const events = this.refill();
    const stacks = this.engine.seats().map((seat) => seat.stack);
    this.engine.startHand();
    const button = this.engine.button();
    const { seats, small_blind, big_blind } = this.config;
    const order = Array.from({ length: seats }, (_, place) => (button + 1 + place) % seats);
    const [small, big] = seats === 2 ? [order[1], order[0]] : order;
    const posted = this.engine.seats();
    this.hand += 1;
    this.bet = big_blind;
    this.board = 0;
    events.push(
      {
        type: "hand_started", hand: this.hand, button, small_blind: small, big_blind: big, order,
        min_bet: big_blind, at_ms: nowMs, names: order.map((seat) => this.players[seat].name),
        stacks: order.map((seat) => stacks[seat]),
      },
      { type: "blind_posted", seat: small, blind: "small", amount: posted[small].betSize, to_match: small_blind },
      { type: "blind_posted", seat: big, blind: "big", amount: posted[big].betSize, to_match: big_blind },
      {
        type: "hole_cards_dealt", cards: this.holeCards(),
        players: this.players.map((player) => player.id),
      },
    );
    return this.goOn(events, nowMs);
  }

  /** Answer the open turn; return the events, or throw a Refusal. */
  act(seat, number, action, amount, nowMs) {
    const turn = this.turn;
    if (turn === null) throw new Refusal("not_your_turn", "it is nobody's turn");
    if (turn.seat !== seat) throw new Refusal("not_your_turn", `seat ${turn.seat} is to act`);
    if (turn.number !== number) {
      throw new Refusal("wrong_turn", `turn ${number} is not turn ${turn.number}, which is open`);
    }
    if (!turn.actions.includes(action)) {
      throw new Refusal("illegal_action", `cannot ${action} now, only ${turn.actions.join(", ")}`);
    }
    const sized = action === "bet" || action === "raise";
    checkAmount(turn, sized, amount, action);
    this.engine.actionTaken(action, amount);
    this.turn = null;
    if (sized) this.bet = amount;
    return this.goOn([actionEvent(turn, action, amount)], nowMs);
  }

  /** Add the ends of betting rounds, and the next turn or the end of the hand. */
  goOn(events, nowMs) {
    while (!this.engine.isBettingRoundInProgress()) {
      if (this.engine.areBettingRoundsCompleted()) return this.end(events, nowMs);
      this.engine.endBettingRound();
      this.bet = 0;
      const pots = this.engine.pots().map((pot) => ({ amount: pot.size, seats: pot.eligiblePlayers }));
      events.push({ type: "bets_collected", pots });
      this.dealBoard(events);
    }
    this.turn = this.nextTurn(nowMs);
    events.push({ type: "turn_started", turn: this.turn });
    return events;
  }

  /** Add new cards of the board, one street at a time. */
  dealBoard(events) {
    const board = this.engine.communityCards();
    while (this.board < board.length) {
      const end = this.board === 0 ? 3 : this.board + 1;
      const cards = board.slice(this.board, end).map(cardText);
      events.push({ type: "board_dealt", street: end - 2, cards });
      this.board = end;
    }
  }

  nextTurn(nowMs) {
    const seat = this.engine.playerToAct();
    const { stack, betSize } = this.engine.seats()[seat];
    const { actions, chipRange } = this.engine.legalActions();
    this.turns += 1;
    return {
      seat, number: this.turns, actions, call: Math.min(this.bet - betSize, stack),
      min_to: chipRange.min, max_to: chipRange.max, started_ms: nowMs, deadline_ms: nowMs + this.config.turn_time_ms,
    };
  }

  /** Award the pots. */
  end(events, nowMs) {
    const pots = this.engine.pots().map((pot) => ({ amount: pot.size, seats: pot.eligiblePlayers }));
    const held = this.holeCards();
    const button = this.engine.button();
    const leftOf = (seat) => (seat - button - 1 + held.length) % held.length;
    this.engine.showdown();
    const winners = this.engine.winners();
    const inHand = new Set(pots.flatMap((pot) => pot.seats));
    if (winners.length > 0) {
      for (const seat of inHand) events.push({ type: "cards_shown", seat, cards: held[seat] });
    }
    pots.forEach((pot, index) => {
      const won = winners[index];
      const seats = won ? won.map(([seat]) => seat) : pot.seats;
      const hand = won ? RANKINGS[won[0][1].ranking] : "";
      events.push({ type: "pot_awarded", pot: index, shares: shares(pot.amount, seats, leftOf), hand });
    });
    events.push({ type: "hand_ended", hand: this.hand, unshown: winners.length > 0 ? [] : [...inHand] });
    events.push({ type: "next_hand_scheduled", at_ms: nowMs });
    return events;
  }

  holeCards() {
    // The engine has nine places, whatever the number of seats.
    return this.engine.holeCards().slice(0, this.config.seats).map((cards) => cards.map(cardText));
  }

  /** Refill stacks below half of the buy-in. */
  refill() {
    const events = [];
    this.engine.seats().forEach((seat, index) => {
      const player = this.players[index];
      const amount = player.buyIn - (seat?.stack ?? 0);
      if (2 * amount <= player.buyIn) return;
      // The engine removes players without chips by itself.
      if (seat !== null) this.engine.standUp(index);
      this.engine.sitDown(index, player.buyIn);
      events.push({ type: "chips_added", seat: index, player: player.id, amount });
    });
    return events;
  }
}

function checkAmount(turn, sized, amount, action) {
  if (!sized) {
    if (amount !== undefined) throw new Refusal("amount_not_allowed", `${action} takes no amount`);
    return;
  }
  if (!Number.isInteger(amount)) throw new Refusal("amount_missing", "a bet or raise needs an amount");
  if (amount < turn.min_to) {
    throw new Refusal("amount_too_small", `${amount} is less than the minimum, ${turn.min_to}`);
  }
  if (amount > turn.max_to) {
    throw new Refusal("amount_too_large", `${amount} is more than the maximum, ${turn.max_to}`);
  }
}

function actionEvent({ seat, call }, action, amount) {
  switch (action) {
    case "fold": return { type: "folded", seat };
    case "check": return { type: "checked", seat };
    case "call": return { type: "called", seat, amount: call };
    case "bet": return { type: "bet_placed", seat, to: amount };
    default: return { type: "raised", seat, to: amount };
  }
}

/** Even shares; odd chips go to the first winners left of the button. */
function shares(amount, seats, leftOf) {
  const inOrder = [...seats].sort((one, other) => leftOf(one) - leftOf(other));
  const odd = amount % seats.length;
  const even = (amount - odd) / seats.length;
  return inOrder.map((seat, index) => ({ seat, amount: even + (index < odd ? 1 : 0) }));
}

const cardText = ({ rank, suit }) => rank + SUITS[suit];
