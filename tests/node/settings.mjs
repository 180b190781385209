/** Checks the page's storage and settings, with storages that are blocked, full or damaged. */

import assert from "node:assert/strict";
import { Kept } from "../../pokerws/web/net/storage.js";

/** A browser's storage, as far as the page uses it. */
class Fake {
  /** @type {Map<string, string>} */
  values = new Map();
  full = false;

  /** @param {string} name */
  getItem(name) {
    return this.values.get(name) ?? null;
  }

  /** @param {string} name @param {string} text */
  setItem(name, text) {
    if (this.full) throw new Error("QuotaExceededError");
    this.values.set(name, text);
  }

  /** @param {string} name */
  removeItem(name) {
    this.values.delete(name);
  }
}

const fake = new Fake();
/** The browser's events. */
const browser = new EventTarget();
Object.assign(globalThis, {
  localStorage: fake,
  location: { href: "https://poker.example/" },
  addEventListener: browser.addEventListener.bind(browser),
});

// A blocked storage: even to read the property fails.
const blocked = new Kept(() => {
  throw new Error("SecurityError");
});
assert.equal(blocked.read("a"), null);
blocked.write("a", "1");
assert.equal(blocked.read("a"), "1");
blocked.remove("a");
assert.equal(blocked.read("a"), null);

// A full one keeps the old value, and the page goes on with the new one.
const kept = new Kept(() => /** @type {any} */ (fake));
kept.write("a", "old");
fake.full = true;
kept.write("a", "new");
assert.equal(kept.read("a"), "new");
assert.equal(fake.getItem("a"), "old");
fake.full = false;
kept.write("a", "newest");
assert.equal(fake.getItem("a"), "newest");
assert.equal(kept.read("a"), "newest");

// A damaged one is as good as an empty one.
for (const damaged of ["{", "null", "[1]", "5", '"text"', "\u0000"]) {
  fake.setItem("pokerws.settings", damaged);
  assert.deepEqual(kept.readObject("pokerws.settings"), {});
}

const settings = await import("../../pokerws/web/model/settings.js");
const { DEFAULTS, exportSettings, importSettings, onSetting, setSetting, setting, SettingsError } = settings;
settings.followOtherTabs();
const names = /** @type {(keyof typeof DEFAULTS)[]} */ (Object.keys(DEFAULTS));
assert.deepEqual(names.map(setting), Object.values(DEFAULTS));

/** @type {string[]} */
const told = [];
const end = onSetting((name) => told.push(name));
setSetting("theme", "light");
setSetting("volume", 0);
assert.equal(setting("theme"), "light");
assert.equal(setting("volume"), 0);
assert.equal(setting("sound"), false);
assert.deepEqual(told, ["theme", "volume"]);
assert.throws(() => setSetting("theme", /** @type {any} */ ("pink")), RangeError);
assert.equal(setting("theme"), "light");
// An impossible value, kept by another version, is the default, and the others stay.
fake.setItem("pokerws.settings", JSON.stringify({ theme: "pink", volume: 30, presets: "all" }));
browser.dispatchEvent(Object.assign(new Event("storage"), { key: "another" }));
assert.equal(setting("theme"), "light", "settings are not read again without a reason");
browser.dispatchEvent(Object.assign(new Event("storage"), { key: "pokerws.settings" }));
assert.deepEqual(told.slice(2), names, "another tab may have changed any");
assert.equal(setting("theme"), "dark");
assert.equal(setting("volume"), 30);
assert.deepEqual(setting("presets"), DEFAULTS.presets);

// Exported settings can be imported elsewhere.
setSetting("presets", ["min", "33%", "2.5bb", "max"]);
const exported = exportSettings();
fake.values.clear();
browser.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
assert.equal(setting("volume"), DEFAULTS.volume);
importSettings(exported);
assert.deepEqual(setting("presets"), ["min", "33%", "2.5bb", "max"]);
assert.equal(exportSettings(), exported);

/** @param {object} some @returns {string} */
const file = (some) => JSON.stringify({ format: "pokerws settings 1", settings: some });
const WRONG = {
  "settings.not_json": ["", "{", "[]", "null", file({}).replace("1", "2"), file([])],
  "settings.too_large": [" ".repeat(20_000)],
  "settings.unknown": [file({ theme: "light", colour: 1 }), file({ toString: 1 }), '{"format":"pokerws settings 1","settings":{"__proto__":1}}'],
  "settings.invalid": [
    file({ theme: "pink" }),
    file({ theme: "light", volume: 101 }),
    file({ volume: 1.5 }),
    file({ volume: "5" }),
    file({ sound: 1 }),
    file({ language: "tlh" }),
    file({ presets: [] }),
    file({ presets: Array(6).fill("min") }),
    file({ presets: ["0%"] }),
    file({ presets: ["<b>"] }),
  ],
};
told.length = 0;
const before = exportSettings();
for (const [key, texts] of Object.entries(WRONG)) {
  for (const text of texts) {
    assert.throws(
      () => importSettings(text),
      (error) => error instanceof SettingsError && error.key === key,
      text.slice(0, 80),
    );
    assert.equal(exportSettings(), before);
  }
}
assert.deepEqual(told, []);
end();
setSetting("sound", true);
assert.deepEqual(told, []);
console.log("settings hold");
