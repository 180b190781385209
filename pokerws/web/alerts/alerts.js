/**
 * What the player hears, feels and sees outside of the table: sounds of events, and calls to the own
 * turn at any of the tables.
 */

import { setting } from "../model/settings.js";
import { t } from "../texts/texts.js";
import { Notifications } from "./notifications.js";
import { sounds } from "./sounds.js";
import { soundOf } from "./tones.js";
import { TurnCall } from "./turn-call.js";

/** @typedef {import("../client/state/table-state.js").TableEvent} TableEvent */
/**
 * A turn of the player.
 * @typedef {object} OwnTurn
 * @property {string} key of the turn, different from all others
 * @property {string} name of the table
 * @property {number} deadlineMs by the server's clock
 */

const LAST_SECONDS = 5;
const VIBRATION_MS = [120, 60, 120];

export class Alerts {
  constructor() {
    this.notifications = new Notifications();
    this.call = new TurnCall();
    /** @type {OwnTurn[]} */
    this.turns = [];
    /** The turn and second of the last tick that was heard. */
    this.ticked = "";
  }

  /**
   * @param {TableEvent} event
   * @param {number|null} own the player's seat
   */
  event(event, own) {
    const sound = document.hidden ? null : soundOf(event, own);
    if (sound) sounds.play(sound);
  }

  /**
   * @param {OwnTurn[]} turns those at all tables now, the most urgent first
   * @param {string} title of the page while it is nobody's turn
   */
  update(turns, title) {
    const known = new Set(this.turns.map(({ key }) => key));
    const begun = turns.find(({ key }) => !known.has(key));
    this.turns = turns;
    this.call.setTitle(title);
    this.call.call(turns.length ? t("page.turn_title", { table: turns[0].name }) : "");
    if (begun) this.begin(begun);
    if (!turns.length) this.notifications.close();
  }

  /** @param {OwnTurn} turn */
  begin({ name }) {
    sounds.play("turn");
    if (setting("vibration") && sounds.touched) navigator.vibrate?.(VIBRATION_MS);
    this.notifications.show(t("alerts.your_turn"), name);
  }

  /** @param {number} nowMs by the server's clock */
  tick(nowMs) {
    for (const { key, deadlineMs } of this.turns) {
      const seconds = Math.ceil((deadlineMs - nowMs) / 1_000);
      const tick = `${key} ${seconds}`;
      if (seconds < 1 || seconds > LAST_SECONDS || tick === this.ticked) continue;
      this.ticked = tick;
      sounds.play("hurry");
      return;
    }
  }
}
