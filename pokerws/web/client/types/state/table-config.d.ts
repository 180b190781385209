/**
 * Reads a table's config and fills in the defaults that the wire format omits, and writes it again
 * without them. No other module knows the defaults.
 */
export type Fields = import("./written.js").Fields;
export type LimitStakes = Required<import("../messages.js").LimitStakes>;
export type Mix = Required<import("../messages.js").Mix>;
export type PresenceOptions = Required<import("../messages.js").PresenceOptions>;
export type Seating = Required<import("../messages.js").Seating>;
export type HostingRules = Required<import("../messages.js").HostingRules>;
export type HouseRules = Omit<Required<import("../messages.js").HouseRules>, "rake" | "session"> & {
    rake: import("../messages.js").Rake | null;
    session: import("../messages.js").SessionLimits | null;
};
export type Clocks = Omit<Required<import("../messages.js").Clocks>, "bank" | "protection" | "lag"> & {
    bank: Required<import("../messages.js").TimeBank> | null;
    protection: Required<import("../messages.js").DisconnectProtection> | null;
    lag: Required<import("../messages.js").LagAllowance> | null;
};
export type Sections = {
    limit: LimitStakes;
    mix: Mix;
    house: HouseRules;
    presence: PresenceOptions;
    clocks: Clocks;
    seating: Seating;
    hosting: HostingRules;
};
export type TableConfig = Omit<import("../messages.js").TableConfig, keyof Sections> & Sections;
/**
 * @param {any} config as in a message
 * @returns {TableConfig}
 */
export declare function readConfig(config: any): TableConfig;
/**
 * @param {TableConfig} config
 * @returns {Fields} as in a message
 */
export declare function writeConfig(config: TableConfig): Fields;
