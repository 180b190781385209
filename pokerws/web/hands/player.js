/** The controls of the replayer: buttons, slider, streets and keys, and the time between steps. */

import { make, makeSvg, setText } from "../ui/dom.js";
import { t } from "../texts/texts.js";

const STEP_MS = 1_200;

/** @typedef {{step: number, name: string}} Street the step that begins it */

/** Drawn on a square of 24. */
const ICONS = {
  first: "M6 5h3v14H6zM20 5v14L9 12z",
  back: "M17 5v14L6 12z",
  play: "M7 4v16l13-8z",
  pause: "M6 5h4v14H6zM14 5h4v14h-4z",
  forward: "M7 5v14l11-7z",
  last: "M15 5h3v14h-3zM4 5v14l11-7z",
};

export class Player {
  /** @param {(step: number) => void} show */
  constructor(show) {
    this.show = show;
    this.step = 0;
    /** @type {string[]} what happens in each step */
    this.words = [];
    /** @type {Street[]} */
    this.streets = [];
    /** @type {ReturnType<typeof setTimeout>|null} */
    this.timer = null;
    this.slider = make("input", {
      type: "range",
      id: "replay-step",
      min: "0",
      step: "1",
      "aria-label": t("replay.step"),
      oninput: () => this.jump(Number(this.slider.value)),
    });
    const first = this.button("first", t("replay.first"), "Home", () => this.jump(0));
    this.back = this.button("back", t("replay.step_back"), "ArrowLeft", () => this.jump(this.step - 1));
    this.play = this.button("play", t("replay.play"), "Space", () => this.toggle());
    this.forward = this.button("forward", t("replay.step_forward"), "ArrowRight", () =>
      this.jump(this.step + 1),
    );
    const last = this.button("last", t("replay.last"), "End", () => this.jump(this.words.length - 1));
    const steps = [first, this.back, this.play, this.forward, last];
    this.place = make("span", { class: "soft", "aria-hidden": "true" });
    const label = { role: "group", "aria-label": t("replay.steps") };
    const row = make("div", { class: "replay-row", ...label }, ...steps);
    const ofStreets = { role: "group", "aria-label": t("replay.streets") };
    this.ofStreets = make("div", { class: "replay-row replay-streets", ...ofStreets });
    const scrub = make("div", { class: "replay-scrub" }, this.slider, this.place);
    this.element = make("div", { id: "replay-controls" }, scrub, row, this.ofStreets);
  }

  /**
   * @param {keyof typeof ICONS} icon
   * @param {string} label
   * @param {string} key
   * @param {() => void} act
   */
  button(icon, label, key, act) {
    const says = { "aria-label": label, title: label, "aria-keyshortcuts": key, "data-step": icon };
    const onclick = act;
    return make("button", { type: "button", class: "small", ...says, onclick }, drawn(icon));
  }

  /**
   * @param {string[]} words what happens in each step
   * @param {Street[]} streets
   */
  begin(words, streets) {
    this.pause();
    this.words = words;
    this.streets = streets;
    this.slider.max = String(words.length - 1);
    const buttons = streets.map(({ step, name }) =>
      make("button", { type: "button", class: "small", text: name, onclick: () => this.jump(step) }),
    );
    this.ofStreets.replaceChildren(...buttons);
    this.jump(0);
    this.play.focus();
  }

  /**
   * Show a step, and stop playing.
   * @param {number} step
   */
  jump(step) {
    this.pause();
    this.go(step);
  }

  /** @param {number} step */
  go(step) {
    const last = this.words.length - 1;
    this.step = Math.min(Math.max(step, 0), last);
    this.slider.value = String(this.step);
    const place = t("replay.place", { step: this.step + 1, steps: last + 1 });
    setText(this.place, place);
    this.slider.setAttribute("aria-valuetext", `${place}: ${this.words[this.step]}`);
    const now = this.streets.filter((street) => street.step <= this.step).length - 1;
    [...this.ofStreets.children].forEach((button, index) => {
      button.setAttribute("aria-pressed", String(index === now));
    });
    this.show(this.step);
  }

  toggle() {
    if (this.timer !== null) return this.pause();
    if (this.step === this.words.length - 1) this.go(0);
    this.timer = setTimeout(() => this.next(), STEP_MS);
    this.showPlaying();
  }

  next() {
    this.timer = null;
    this.go(this.step + 1);
    if (this.step < this.words.length - 1) this.timer = setTimeout(() => this.next(), STEP_MS);
    this.showPlaying();
  }

  pause() {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.showPlaying();
  }

  showPlaying() {
    const icon = this.timer === null ? "play" : "pause";
    if (this.play.dataset.step === icon) return;
    const label = t(`replay.${icon}`);
    this.play.dataset.step = icon;
    this.play.setAttribute("aria-label", label);
    this.play.title = label;
    this.play.replaceChildren(drawn(icon));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { key, target, altKey, ctrlKey, metaKey } = event;
    if (altKey || ctrlKey || metaKey || this.element.hidden) return;
    const at = /** @type {HTMLElement} */ (target);
    if (at.closest("textarea, select, ol")) return;
    // A button is pressed by the space bar already.
    if (key === " " && at.closest("button, summary")) return;
    const act = this.actOf(key);
    if (!act) return;
    event.preventDefault();
    act();
  }

  /** @param {string} key */
  actOf(key) {
    const starts = this.streets.map(({ step }) => step);
    const before = Math.max(0, ...starts.filter((step) => step < this.step));
    const after = starts.find((step) => step > this.step) ?? this.words.length - 1;
    /** @type {Record<string, () => void>} */
    const acts = {
      ArrowLeft: () => this.jump(this.step - 1),
      ArrowRight: () => this.jump(this.step + 1),
      ArrowUp: () => this.jump(before),
      ArrowDown: () => this.jump(after),
      Home: () => this.jump(0),
      End: () => this.jump(this.words.length - 1),
      " ": () => this.toggle(),
    };
    return acts[key];
  }
}

/** @param {keyof typeof ICONS} icon */
function drawn(icon) {
  const attributes = { viewBox: "0 0 24 24", "aria-hidden": "true" };
  return makeSvg("svg", attributes, makeSvg("path", { d: ICONS[icon] }));
}
