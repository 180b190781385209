/** Dialogs that are built when they are needed: with a title, a button to close them, and a body. */

import { make, setText } from "./dom.js";
import { t } from "../texts/texts.js";

/**
 * @typedef {object} Modal
 * @property {HTMLDialogElement} element
 * @property {HTMLElement} body
 * @property {(text: string) => void} setTitle
 * @property {() => void} open
 * @property {() => void} close
 */

/**
 * A dialog that can be closed by its button, the key Escape, and a click beside it. The focus then
 * returns to where it was.
 * @param {string} id
 * @param {Node[]} content
 * @returns {Modal}
 */
export function makeModal(id, content) {
  const title = make("h2", { id: `${id}-title` });
  const close = () => element.close();
  const button = { type: "button", class: "quiet modal-close", "aria-label": t("page.close"), text: "✕" };
  const head = make("div", { class: "modal-head" }, title, make("button", { ...button, onclick: close }));
  const body = make("div", { class: "modal-body", tabindex: "0" }, ...content);
  /** @type {HTMLDialogElement} */
  const element = make("dialog", { id, class: "modal", "aria-labelledby": title.id }, head, body);
  document.body.append(element);
  /** @type {Element|null} */
  let opener = null;
  element.addEventListener("click", (event) => {
    // A click on the backdrop has the dialog itself as its target.
    if (event.target === element) close();
  });
  element.addEventListener("close", () => {
    if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
  });
  return {
    element,
    body,
    close,
    setTitle: (text) => setText(title, text),
    open: () => {
      opener = document.activeElement;
      element.showModal();
      body.scrollTop = 0;
    },
  };
}

/**
 * Ask before something that cannot be undone.
 * @param {string} question
 * @param {string} confirm what the button says that does it
 * @returns {Promise<boolean>}
 */
export function confirmed(question, confirm) {
  return new Promise((resolve) => {
    const no = make("button", { type: "submit", value: "", text: t("page.cancel"), autofocus: true });
    const yes = make("button", { type: "submit", value: "yes", class: "danger", text: confirm });
    const words = make("p", { id: "confirm-question", text: question });
    const form = make("form", { method: "dialog" }, words, make("div", { class: "row" }, no, yes));
    const attributes = { id: "confirm", role: "alertdialog", "aria-labelledby": words.id };
    /** @type {HTMLDialogElement} */
    const dialog = make("dialog", attributes, form);
    document.body.append(dialog);
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    dialog.showModal();
  });
}
