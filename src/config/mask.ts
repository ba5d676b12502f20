/** Credentials in URLs and `key=secret` pairs must not reach a screen, a log or a bug report. */
export function maskSecrets(text: string): string {
  return text
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s@]+@/gi, '$1:***@')
    .replace(/\b(password|passwd|secret|token|api[_-]?key)(["']?\s*[=:]\s*)[^\s,;&]+/gi, '$1$2***');
}
