import type { Absences } from "../client/absences.js";
import type { HandMemory } from "../model/hand-memory.js";
import type { Departure } from "../client/state/table-read.js";
import type { TableState } from "../client/state/table-state.js";
import type { Discards } from "./discards.js";
import type { EquityView } from "./extras/equity-view.js";

/** Everything that the parts of the table screen render from. */
export interface Scene {
  table: TableState;
  epoch: number;
  memory: HandMemory;
  /** Who sits here without a connection. */
  absences: Absences;
  /** The viewer's seat, or null for a spectator. */
  own: number | null;
  /** What the viewer left with and has to bring back, or null. */
  departure: Departure | null;
  /** Whether commands can be sent now. */
  live: boolean;
  discards: Discards;
  /** What the hands of an all-in are worth. */
  equity: EquityView;
  /** The viewer's id. */
  player: string | undefined;
}
