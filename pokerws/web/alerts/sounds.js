/**
 * Plays the page's sounds by Web Audio. Browsers allow it from the first gesture on, and so nothing
 * is made before; what was to be heard earlier is not caught up with.
 */

import { setting } from "../model/settings.js";
import { SOUNDS } from "./tones.js";

/** @typedef {import("./tones.js").Tone} Tone */
/** @typedef {import("./tones.js").SoundName} SoundName */

const GESTURES = ["pointerdown", "keydown"];
/** The same sound again within this time is one: many events come at once. */
const TOGETHER_MS = 60;
const FADE_SECONDS = 0.008;

class Sounds {
  constructor() {
    /** @type {AudioContext|null} */
    this.context = null;
    /** @type {AudioBuffer|null} */
    this.noise = null;
    /** When each sound was played last. @type {Map<SoundName, number>} */
    this.played = new Map();
    this.heard = false;
    const unlock = () => {
      this.heard = true;
      for (const type of GESTURES) document.removeEventListener(type, unlock, true);
    };
    for (const type of GESTURES) document.addEventListener(type, unlock, true);
  }

  /** Whether the player has touched the page, also before this module was there. */
  get touched() {
    return this.heard || navigator.userActivation?.hasBeenActive === true;
  }

  /** @param {SoundName} name */
  play(name) {
    const volume = setting("volume");
    if (!setting("sound") || !volume || !this.touched || !("AudioContext" in globalThis)) return;
    const now = performance.now();
    if (now - (this.played.get(name) ?? -Infinity) < TOGETHER_MS) return;
    this.played.set(name, now);
    this.context ??= new AudioContext();
    // The browser suspends it where the page was not used for long, as on a phone.
    if (this.context.state === "suspended") this.context.resume();
    // Loudness is felt as the square of the amplitude, roughly.
    for (const tone of SOUNDS[name]) this.playTone(this.context, tone, (volume / 100) ** 2);
  }

  /**
   * @param {AudioContext} context
   * @param {Tone} tone
   * @param {number} volume from 0 to 1
   */
  playTone(context, tone, volume) {
    const start = context.currentTime + tone.at;
    const end = start + tone.seconds;
    const gain = context.createGain();
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(tone.loudness * volume, start + FADE_SECONDS);
    gain.gain.exponentialRampToValueAtTime(0.0001, end);
    gain.connect(context.destination);
    const source = this.sourceOf(context, tone, start, end, gain);
    source.start(start);
    source.stop(end);
  }

  /**
   * @param {AudioContext} context
   * @param {Tone} tone
   * @param {number} start
   * @param {number} end
   * @param {AudioNode} output
   */
  sourceOf(context, { shape, hertz, toHertz = hertz }, start, end, output) {
    if (shape !== "noise") {
      const source = context.createOscillator();
      source.type = shape;
      source.frequency.setValueAtTime(hertz, start);
      source.frequency.exponentialRampToValueAtTime(toHertz, end);
      source.connect(output);
      return source;
    }
    const source = context.createBufferSource();
    source.buffer = this.noise ??= whiteNoise(context);
    source.loop = true;
    const band = context.createBiquadFilter();
    band.type = "bandpass";
    band.Q.value = 2;
    band.frequency.setValueAtTime(hertz, start);
    band.frequency.exponentialRampToValueAtTime(toHertz, end);
    source.connect(band);
    band.connect(output);
    return source;
  }
}

/** @param {AudioContext} context */
function whiteNoise(context) {
  const buffer = context.createBuffer(1, context.sampleRate / 2, context.sampleRate);
  const samples = buffer.getChannelData(0);
  for (let at = 0; at < samples.length; at += 1) samples[at] = Math.random() * 2 - 1;
  return buffer;
}

/** All of the page's sounds: a browser allows few contexts. */
export const sounds = new Sounds();
