export * from "../variants.js";
