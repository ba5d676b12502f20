/** A password may hold an "@" of its own: all up to the last one before a blank is masked. */
const URL_PASSWORD = /\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s"'<>]+@/gi;
const NAMED_SECRET =
  /\b([\w.-]*(?:password|passwd|passphrase|secret|token|(?:api|private|access)[._-]?key))(["']?\s*[=:]\s*)(?:"[^"]*"|'[^']*'|[^\s,;&]+)/gi;

/** Credentials in URLs and `key=secret` pairs must not reach a screen, a log or a bug report. */
export function maskSecrets(text: string): string {
  return text.replace(URL_PASSWORD, '$1:***@').replace(NAMED_SECRET, '$1$2***');
}
