/** DEL, the C1 controls and the bidirectional marks: JSON may have them in a string as they are. */
const UNSAFE_ON_A_TERMINAL = /[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * A report as JSON, as the schema of its kind in `schema/` describes it; ends with a newline. What came out of a gem keeps its
 * value, but no control character is written: those that JSON leaves alone are escaped too.
 */
export function renderJson(report: object): string {
  const json = JSON.stringify(report, null, 2);
  const safe = json.replace(
    UNSAFE_ON_A_TERMINAL,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${safe}\n`;
}
