/** Why a task can be blocked: the closed taxonomy of state files. Source: domain.md 4.3. */
export const BLOCKED_CODES = {
  RC_B001: 'a task that has to come first is not completed',
  RC_B002: 'a system outside is not available',
  RC_B003: 'a service of others is not available, or its quota is used up',
  RC_B100: 'money has to be approved',
  RC_B101: 'infrastructure is not available',
  RC_B102: 'nobody is available to do it',
  RC_B200: 'a critical fault stands in the way',
  RC_B201: 'the technology can not do it within this scope',
  RC_B202: 'security or compliance forbids it',
  RC_B300: 'somebody has to decide or approve',
  RC_B301: 'a policy of the organisation has to change',
  RC_B302: 'it waits for another team',
  RC_B400: 'what is required is not clear',
  RC_B401: 'a change of scope made the approach invalid',
  RC_B402: 'what is demanded can not be reached',
} as const satisfies Readonly<Record<string, string>>;

export type BlockedCode = keyof typeof BLOCKED_CODES;

export function isBlockedCode(text: unknown): text is BlockedCode {
  return typeof text === 'string' && Object.hasOwn(BLOCKED_CODES, text);
}
