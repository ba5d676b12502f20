/** @returns null for what is no JSON */
export function readJsonText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // The caller says what it is not.
  }
}
