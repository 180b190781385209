/**
 * Cards, drawn with text and SVG paths: no font or image is needed, and no phone shows a suit as an
 * emoji. The style sheet sets the colours by `data-suit`.
 */

import { cardName, rankSign } from "../model/format.js";
import { make, makeSvg } from "./dom.js";

/** @type {Record<string, string>} */
const SUIT_PATHS = {
  s: "M12 2C9 7 3 10 3 15a4.6 4.6 0 0 0 7.7 3.3C10.5 20 9.6 21.3 8 22h8c-1.6-.7-2.5-2-2.7-3.7A4.6 4.6 0 0 0 21 15c0-5-6-8-9-13z",
  h: "M12 21.5C7 17 2.5 13.3 2.5 8.6A5.1 5.1 0 0 1 12 6a5.1 5.1 0 0 1 9.5 2.6c0 4.7-4.5 8.4-9.5 12.9z",
  d: "M12 1.5 20 12l-8 10.5L4 12z",
  c: "M12 2a4.7 4.7 0 0 0-3.9 7.3A4.7 4.7 0 1 0 10.7 17c-.2 2.2-1 3.9-2.7 5h8c-1.7-1.1-2.5-2.8-2.7-5a4.7 4.7 0 1 0 2.6-7.7A4.7 4.7 0 0 0 12 2z",
};

/**
 * @param {string} card `As`, or `??` for a face-down card
 * @returns {HTMLElement}
 */
function makeCard(card) {
  return draw(make("span", { role: "img" }), card);
}

/**
 * A card that can be selected.
 * @param {string} card
 * @param {(card: string) => void} choose
 * @returns {HTMLElement}
 */
function makeCardButton(card, choose) {
  const button = make("button", { type: "button", "aria-pressed": "false" });
  button.addEventListener("click", () => choose(card));
  return draw(button, card);
}

/**
 * @param {HTMLElement} element
 * @param {string} card
 */
function draw(element, card) {
  element.classList.add("card");
  element.dataset.card = card;
  element.setAttribute("aria-label", cardName(card));
  if (card === "??") {
    element.classList.add("card-back");
    return element;
  }
  element.dataset.rank = card[0];
  element.dataset.suit = card[1];
  element.append(
    make("span", { class: "card-corner" }, make("b", { text: rankSign(card) }), suit(card[1])),
    suit(card[1], "card-pip"),
  );
  return element;
}

/**
 * Show these cards in `place`, and keep the elements of cards that it already has.
 * @param {HTMLElement} place
 * @param {string[]} cards
 * @param {((card: string) => void)|null} [choose] called when a card is selected
 */
export function showCards(place, cards, choose = null) {
  cards.forEach((card, index) => {
    const there = /** @type {HTMLElement|undefined} */ (place.children[index]);
    if (there?.dataset.card === card && (there.tagName === "BUTTON") === (choose !== null)) return;
    const element = choose ? makeCardButton(card, choose) : makeCard(card);
    if (there) {
      if (there.dataset.card === "??") element.classList.add("turned");
      else if (there.dataset.card === card) element.classList.add("same");
      there.replaceWith(element);
    } else {
      element.style.setProperty("--nth", String(index));
      place.append(element);
    }
  });
  while (place.children.length > cards.length) place.lastElementChild?.remove();
}

/**
 * @param {string} letter
 * @param {string} [className]
 */
function suit(letter, className = "card-suit") {
  const path = makeSvg("path", { d: SUIT_PATHS[letter] });
  return makeSvg("svg", { viewBox: "0 0 24 24", class: className, "aria-hidden": "true" }, path);
}
