"""Open Hand History: a hand as JSON (https://hh-specs.handhistory.org)."""
