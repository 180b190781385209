/**
 * Renders one seat: name, stack, cards, bet, dealer button and last action.
 */

import { chips, sentence, shortChips } from "../model/format.js";
import { avatarColour } from "../model/avatar.js";
import { owesBlind, variant } from "../model/games.js";
import { TIME_TAGS, TurnClock } from "../model/turn-clock.js";
import { amountText } from "../ui/amounts.js";
import { showCards } from "../ui/cards.js";
import { make, setText } from "../ui/dom.js";
import { hasText, joined, t } from "../texts/texts.js";
import { canShow } from "./seat-controls.js";
import { spaceCards } from "./card-spacing.js";
import { heldInWords } from "./drawing/hand-words.js";

/** @typedef {import("./scene.js").Scene} Scene */
/**
 * @typedef {object} SeatCommands
 * @property {(seat: number) => void} sit of a free seat that is clicked
 * @property {(card: string) => void} show of an own card that is clicked after the hand
 */
/** @typedef {import("../client/state/table-state.js").Seat} Seat */
/** @typedef {import("../client/state/table-state.js").Hand} Hand */
/** @typedef {import("../client/state/table-state.js").HandSeat} HandSeat */
/** @typedef {import("../client/state/table-state.js").Turn} Turn */

const BUBBLE_MS = 6_000;
const LAST_SECONDS = 5;

export class SeatView {
  /**
   * @param {number} number
   * @param {SeatCommands} commands
   */
  constructor(number, commands) {
    this.number = number;
    this.commands = commands;
    this.clock = new TurnClock();
    this.cards = make("span", { class: "cards" });
    this.avatar = make("span", { class: "avatar", "aria-hidden": "true" });
    this.name = make("span", { class: "name" });
    this.botMark = make("span", { class: "bot-mark", text: t("seat.bot") });
    this.stack = make("span", { class: "stack", "data-stack": "" });
    this.seconds = make("span", { class: "seconds", "aria-hidden": "true" });
    const face = make("span", { class: "face" }, this.avatar, this.seconds);
    const who = make("span", { class: "who" }, this.name, this.botMark, this.stack);
    this.plate = make("div", { class: "plate" }, face, who);
    this.sitButton = make("button", {
      type: "button",
      "data-action": "sit",
      "aria-label": joined([t("seat.sit_here"), t("seat.name", { seat: number + 1 })]),
      text: t("seat.sit_here"),
      onclick: () => commands.sit(number),
    });
    this.tag = make("span", { class: "tag" });
    this.dealer = make("span", {
      class: "dealer",
      title: t("seat.dealer"),
      text: t("seat.dealer_letter"),
    });
    this.betAmount = make("span");
    this.bet = make("span", { class: "bet" }, make("i"), this.betAmount);
    this.drew = make("span", { class: "drew" });
    this.words = make("span", { class: "words" });
    this.wordsKey = "";
    this.bubble = make("span", { class: "bubble", "aria-hidden": "true", hidden: true });
    this.root = make(
      "div",
      { class: "seat", "data-seat": String(number), "data-state": "empty", role: "group" },
      this.cards,
      this.plate,
      this.sitButton,
      this.tag,
      this.dealer,
      this.bet,
      this.drew,
      this.words,
      this.bubble,
    );
    /** @type {import("./layout.js").Layout|null} */
    this.layout = null;
    /** @type {string[]} */
    this.shownCards = [];
    this.spacingKey = "";
  }

  /**
   * @param {import("./layout.js").Layout} layout
   * @param {number} place position from the bottom, clockwise
   */
  place(layout, place) {
    const spot = layout.seats[place];
    const width = place === 0 ? layout.ownWidth : layout.seatWidth;
    const left = spot.x - width / 2;
    const top = spot.y - layout.seatHeight / 2;
    this.layout = layout;
    this.spacingKey = "";
    this.spaceCards();
    Object.assign(this.root.style, { left: `${left}px`, top: `${top}px`, width: `${width}px` });
    // Cards come from the middle of the table.
    this.root.style.setProperty("--from-x", `${layout.centre.x - spot.x}px`);
    this.root.style.setProperty("--from-y", `${layout.centre.y - spot.y}px`);
    this.root.dataset.side = spot.side;
    Object.assign(this.bet.style, {
      left: `${spot.bet.x - left}px`,
      top: `${spot.bet.y - top}px`,
    });
  }

  /**
   * @param {Scene} scene
   * @param {Hand|null} hand the current hand, or else the last one
   */
  render(scene, hand) {
    const { table, memory, own, absences } = scene;
    const seat = table.seats[this.number];
    const part = hand?.seats[this.number] ?? null;
    const playing = table.hand !== null;
    const { dataset } = this.root;
    dataset.state = stateOf(seat, part, table.hand?.turn?.seat === this.number, playing);
    this.root.toggleAttribute("data-standing", table.extras?.stand_up?.standing.includes(this.number) ?? false);
    this.root.toggleAttribute("data-winner", memory.winnings.has(this.number));
    this.root.toggleAttribute("data-absent", absences.has(seat?.player));
    this.root.toggleAttribute("data-bot", seat?.bot ?? false);
    this.botMark.hidden = !seat?.bot;
    if (own === this.number) dataset.own = "true";
    else delete dataset.own;
    this.sitButton.hidden = seat !== null || own !== null;
    this.sitButton.disabled = !scene.live;
    this.plate.hidden = seat === null && own === null;
    this.renderPlayer(seat, table.config);
    this.renderCards(scene, seat, part);
    this.renderDrew(part, hand);
    this.renderTag(seat, part, scene);
    this.dealer.hidden = table.button !== this.number;
    const bet = playing ? (part?.bet ?? 0) : 0;
    this.bet.hidden = !bet;
    setText(this.betAmount, bet ? amountText(bet, table.config, true) : "");
    this.root.toggleAttribute("data-bet", bet > 0);
    this.renderWords(own === this.number && playing ? hand : null, part);
    this.root.setAttribute("aria-label", this.label(seat, bet));
  }

  /**
   * @param {Scene} scene
   * @param {Seat|null} seat
   * @param {HandSeat|null} part
   */
  renderCards({ table, own, discards }, seat, part) {
    const held = cardsOf(seat, part);
    const down = shownAfterHand(table, this.number, held.length || part?.cards.length || 0) ?? held;
    const up = part && down.length ? part.up : [];
    const choosing = own === this.number && discards.turn !== null;
    const showing = own === this.number && canShow(table, own);
    const cards = [...down, ...up];
    const choose = showing ? this.commands.show : null;
    showCards(this.cards, cards, choosing ? discards.choose : choose);
    [...this.cards.children].forEach((card, index) => {
      card.classList.toggle("up", index >= down.length);
      if (showing) this.renderShown(card, table.last_hand?.parts[this.number] ?? []);
      if (!choosing) return;
      card.setAttribute("aria-pressed", String(discards.cards.includes(cards[index])));
      card.setAttribute("aria-keyshortcuts", String(index + 1));
    });
    this.cards.toggleAttribute("data-mixed", down.length > 0 && up.length > 0);
    this.shownCards = cards;
    this.spaceCards();
  }

  /**
   * An own card that may be shown, alone, after the hand.
   * @param {any} card
   * @param {string[]} shown those that have been shown already
   */
  renderShown(card, shown) {
    const isShown = shown.includes(card.dataset.card);
    card.title = t("table.show_card");
    card.setAttribute("aria-pressed", String(isShown));
    card.disabled = isShown;
  }

  /** Space the cards to fit the available width. */
  spaceCards() {
    const cards = this.shownCards;
    const own = this.root.dataset.own !== undefined;
    // A card that can be chosen is another element, which has no place yet.
    const key = `${cards} ${own} ${this.cards.firstElementChild?.tagName}`;
    if (key === this.spacingKey || !this.layout) return;
    this.spacingKey = key;
    const { cardWidth, ownCardWidth, fanWidth, ownFanWidth, seatWidth } = this.layout;
    const [card, room] = own ? [ownCardWidth, ownFanWidth] : [cardWidth, fanWidth];
    const { steps, width, tight } = spaceCards(cards, card, room);
    [...this.cards.children].forEach((element, index) => {
      element.style.marginLeft = index ? `${steps[index - 1] - card}px` : "";
    });
    this.cards.toggleAttribute("data-tight", tight);
    this.cards.toggleAttribute("data-wide", !own && width > seatWidth);
  }

  /**
   * @param {HandSeat|null} part
   * @param {Hand|null} hand
   */
  renderDrew(part, hand) {
    const isDraw = hand !== null && variant(hand.variant).draws;
    // It would cover cards that are shown.
    const drew = isDraw && part && !part.folded && !part.mucked && part.cards.includes("??") ? part.drew : null;
    this.drew.hidden = drew === null;
    setText(this.drew, drew === null ? "" : describeDrawn(drew));
  }

  /**
   * What the viewer's cards make.
   * @param {Hand|null} hand
   * @param {HandSeat|null} part
   */
  renderWords(hand, part) {
    const shown = hand && part && !part.folded ? hand : null;
    const key = shown && part ? JSON.stringify([shown.variant, part.cards, part.up, shown.board, shown.extra_boards]) : "";
    if (key === this.wordsKey) return;
    this.wordsKey = key;
    const words = shown && part ? heldInWords(shown, part) : "";
    setText(this.words, words);
    this.words.hidden = !words;
  }

  /**
   * @param {Seat|null} seat
   * @param {import("../client/state/table-read.js").TableConfig} config
   */
  renderPlayer(seat, config) {
    setText(this.name, seat?.name ?? t("seat.empty"));
    this.name.title = seat?.name ?? "";
    setText(this.stack, seat ? amountText(seat.stack, config, true) : "");
    this.stack.dataset.stack = seat ? String(seat.stack) : "";
    this.stack.title = seat ? chips(seat.stack) : "";
    setText(this.avatar, seat ? [...seat.name][0].toUpperCase() : "");
    this.avatar.dataset.hue = seat ? String(avatarColour(seat.name)) : "";
    if (!seat) this.bubble.hidden = true;
  }

  /**
   * @param {Seat|null} seat
   * @param {HandSeat|null} part
   * @param {Scene} scene
   */
  renderTag(seat, part, { table, memory, absences, equity }) {
    const turn = table.hand?.turn;
    const worth = seat ? equity.textOf(this.number) : "";
    if (worth) return this.showTag({ text: worth, kind: "equity" });
    if (turn?.seat === this.number && turn.time !== "turn") return this.showTag(TIME_TAGS[turn.time]);
    const { text, kind } = seat
      ? tagFor(seat, part, table, this.number, memory)
      : NO_TAG;
    if (absences.has(seat?.player) && !TELLS_MORE.has(kind)) return this.showTag(ABSENT_TAG);
    if (seat?.timeouts && !TELLS_MORE.has(kind)) return this.showTag(AWAY_TAG);
    return this.showTag({ text, kind });
  }

  /** @param {{text: string, kind: string}} tag its text, or the key of one */
  showTag({ text, kind }) {
    setText(this.tag, text && hasText(text) ? t(text) : text);
    this.tag.dataset.kind = kind;
    this.tag.hidden = !text;
    this.root.dataset.tag = kind;
  }

  /**
   * @param {Turn|null} turn this seat's turn, or null
   * @param {number} now
   * @param {number} bankMs the player's time bank
   */
  tick(turn, now, bankMs) {
    if (!turn) {
      if (this.seconds.textContent) this.stopClock();
      return;
    }
    const seconds = Math.ceil(Math.max(0, turn.deadline_ms - now) / 1000);
    this.root.style.setProperty("--left", String(this.clock.left(turn, now, bankMs)));
    this.root.dataset.time = turn.time;
    this.root.toggleAttribute("data-hurry", seconds <= LAST_SECONDS);
    setText(this.seconds, String(seconds));
  }

  stopClock() {
    setText(this.seconds, "");
    delete this.root.dataset.time;
    this.root.removeAttribute("data-hurry");
  }

  /** @param {string} text */
  showChat(text) {
    // One's own words are in the chat, and one's cards are not to be covered.
    if (this.root.dataset.own !== undefined) return;
    setText(this.bubble, text);
    this.bubble.hidden = false;
    clearTimeout(this.bubbleTimer);
    this.bubbleTimer = setTimeout(() => {
      this.bubble.hidden = true;
    }, BUBBLE_MS);
  }

  /**
   * @param {Seat|null} seat
   * @param {number} bet
   */
  label(seat, bet) {
    if (!seat) return t("seat.empty_label", { seat: this.number + 1 });
    const parts = [seat.name, ...(seat.bot ? [t("seat.bot")] : [])];
    parts.push(t("seat.chips", { amount: chips(seat.stack) }));
    if (bet) parts.push(t("seat.bet", { amount: chips(bet) }));
    if (this.root.hasAttribute("data-standing")) parts.push(t("seat.standing"));
    if (!this.dealer.hidden) parts.push(t("seat.is_dealer"));
    if (!this.drew.hidden) parts.push(this.drew.textContent);
    if (this.tag.textContent) parts.push(this.tag.textContent);
    const absent = this.root.hasAttribute("data-absent");
    if (absent && this.tag.dataset.kind !== ABSENT_TAG.kind) parts.push(t(ABSENT_TAG.text));
    return joined(parts);
  }
}

/**
 * @param {Seat|null} seat
 * @param {HandSeat|null} part
 * @param {boolean} toAct
 * @param {boolean} playing
 */
function stateOf(seat, part, toAct, playing) {
  if (!seat) return "empty";
  if (toAct) return "to-act";
  if (part?.folded && playing) return "folded";
  if (seat.sitting_out && !(part && playing)) return "out";
  return "seated";
}

/** @param {number} count */
function describeDrawn(count) {
  return count ? t("seat.drew", { count }) : t("seat.stood_pat");
}

/**
 * The cards to show at a seat. The viewer's cards stay visible after a fold, the others' do not.
 * @param {Seat|null} seat
 * @param {HandSeat|null} part
 */
function cardsOf(seat, part) {
  if (!part) return [];
  const held = seat !== null && !part.folded && !part.mucked;
  return held || !part.cards.includes("??") ? part.cards : [];
}

/**
 * The cards that a player showed after the hand, until the next hand starts.
 * @param {import("../client/state/table-state.js").TableState} table
 * @param {number} number
 * @param {number} count of the player's cards
 */
function shownAfterHand({ last_hand: last }, number, count) {
  if (!last) return null;
  if (last.shown.includes(number)) return last.cards[number];
  const parts = last.parts[number] ?? [];
  // The viewer's own cards are all known here.
  if (!parts.length || !last.cards[number].includes("??")) return null;
  return [...parts, ...Array(Math.max(0, count - parts.length)).fill("??")];
}

const NO_TAG = { text: "", kind: "" };
const ABSENT_TAG = /** @type {const} */ ({ text: "tag.disconnected", kind: "absent" });
/** The player let a turn time out and has not acted since. */
const AWAY_TAG = /** @type {const} */ ({ text: "tag.away", kind: "away" });
/** Kinds of tags that say more than that the player is not there. */
const TELLS_MORE = new Set(["won", "shown", "all-in", "folded"]);

/**
 * The tag below a seat: the most important fact beside name and stack.
 * @param {Seat} seat
 * @param {HandSeat|null} part
 * @param {import("../client/state/table-state.js").TableState} table
 * @param {number} number
 * @param {import("../model/hand-memory.js").HandMemory} memory
 */
function tagFor(seat, part, table, number, memory) {
  const playing = table.hand !== null;
  const won = memory.winnings.get(number);
  if (won) return { text: `+${shortChips(won)}`, kind: "won" };
  const shown = memory.shownHands.get(number);
  if (shown && part?.shown) return { text: sentence(shown), kind: "shown" };
  if (playing && part && !part.folded && seat.stack === 0) return { text: t("tag.all_in"), kind: "all-in" };
  if (playing && part?.folded) return { text: t("tag.folded"), kind: "folded" };
  if (seat.leaving) return { text: t("tag.leaving"), kind: "out" };
  const action = memory.actions.get(number);
  if (action) return { text: action, kind: "action" };
  if (seat.sitting_out) return { text: t(seat.stack ? "tag.sitting_out" : "tag.out_of_chips"), kind: "out" };
  if (playing && !part) {
    return { text: t(owesBlind(table, seat) && !seat.posts ? "tag.waiting" : "tag.next_hand"), kind: "out" };
  }
  return NO_TAG;
}
