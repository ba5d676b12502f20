/** Null for what is no JSON, which callers tell by its shape from what they look for. */
export function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
