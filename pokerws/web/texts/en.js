/** The page's texts in English, by key. */
export default {
  // The table's layout and drawing.
  "pots.folded": "Main {main} + {count}",
  "pots.title": "Pots",
  "pots.total": "Total",
  "pots.main": "Main pot",
  "pots.side": "Side pot {number}",
  "pots.close": "Close",
  "pots.names": "can be won by {names}",
  "presets.title": "Bet buttons",
  "presets.legend": "Up to five amounts",
  "presets.done": "Done",
  "presets.edit": "Edit the bet buttons",
  "presets.min": "Min",
  "presets.max": "Max",
  "presets.all_in": "All-in",
  "presets.pot": "Pot",
  "presets.percent": "{percent} %",
  "presets.blinds": "{count} BB",
  "amount.blinds": "{count} BB",
};
