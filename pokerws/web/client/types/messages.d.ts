export * from "../messages.js";
