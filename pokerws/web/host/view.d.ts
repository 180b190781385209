import type { TableState } from "../client/state/table-state.js";

/** What the menu of a table renders from. */
export interface View {
  table: TableState;
  /** The viewer's seat, or null for a spectator. */
  own: number | null;
  /** Whether commands can be sent now. */
  live: boolean;
  /** The viewer's id. */
  player: string | undefined;
}
