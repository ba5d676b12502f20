export interface SqlFault {
  /** SQLSTATE; empty for what is no answer of the server. */
  readonly state: string;
  readonly words: string;
}

/** Nobody may wait so long, which says nothing of the statement. */
export const TIMEOUT_STATES: readonly string[] = ['57014', '55P03'];
/** The role lacks a right. */
export const NO_RIGHT_STATE = '42501';

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
