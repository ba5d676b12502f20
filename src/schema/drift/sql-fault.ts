export interface SqlFault {
  /** SQLSTATE; empty for what is no answer of the server. */
  readonly state: string;
  readonly words: string;
}

/** What the server said, wherever in the chain of causes it stands. */
export function sqlFault(error: unknown): SqlFault {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const code: unknown = 'code' in at ? at.code : undefined;
    if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) {
      return { state: code, words: at.message };
    }
  }
  return { state: '', words: error instanceof Error ? error.message : String(error) };
}
