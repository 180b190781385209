/** Settings as a file, for another browser. */

import { exportSettings, importSettings, setting, SettingsError } from "../model/settings.js";
import { t } from "../texts/texts.js";
import { make, setText } from "../ui/dom.js";

const FILE_NAME = "pokerws-settings.json";
/** No text of settings is nearly as long, and a film is not to be read. */
const MOST_BYTES = 40_000;

export function transferRow() {
  const error = make("p", { class: "error", role: "alert" });
  const done = make("p", { class: "soft", role: "status" });
  const file = make("input", { type: "file", id: "settings-file", accept: ".json,application/json", hidden: true });
  const write = make("button", { type: "button", class: "small", text: t("settings.export") });
  const read = make("button", { type: "button", class: "small", text: t("settings.import") });
  write.addEventListener("click", download);
  read.addEventListener("click", () => file.click());
  file.addEventListener("change", async () => {
    const [chosen] = file.files;
    // So that the same file can be chosen again.
    const problem = chosen ? await take(chosen) : "";
    file.value = "";
    setText(error, problem);
    setText(done, problem || !chosen ? "" : t("settings.imported"));
  });
  return make("section", { class: "transfer" }, make("div", { class: "row" }, write, read, file), error, done);
}

function download() {
  const address = URL.createObjectURL(new Blob([exportSettings()], { type: "application/json" }));
  make("a", { href: address, download: FILE_NAME }).click();
  URL.revokeObjectURL(address);
}

/**
 * @param {File} file
 * @returns {Promise<string>} why it cannot be taken over, or empty
 */
async function take(file) {
  const before = setting("language");
  try {
    if (file.size > MOST_BYTES) throw new SettingsError("settings.too_large");
    importSettings(await file.text());
  } catch (error) {
    if (error instanceof SettingsError) return t(error.key, error.values);
    return t("settings.not_read");
  }
  // The log and the chat have lines in the old language.
  if (setting("language") !== before) location.reload();
  return "";
}
