// The package has no types of its own.  What is read of a hand is checked in Python.
declare module "hhp" {
  const hhp: { parseHand(text: string): unknown };
  export default hhp;
}
