/** Any of these in a text makes it worth a closer look; most texts have none. */
const SUSPICIOUS =
  /:\/\/|passw|passphrase|secret|token|(?:api|access).?key|signature|listen.?key|private.?key|authorization|cookie|bearer/i;

/** Words in the name of a setting, header, query member or JSON member whose value is a secret. */
const NAME =
  'passw(?:or)?d|passphrase|secret|token|(?:api|access)[_-]?key|signature|listen[_-]?key|private[_-]?key|authorization|cookie';

/** The password is all up to the last "@": people leave "/" and "@" in it unescaped. */
const URL_PASSWORD = /\b([a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/@]*):[^\s]*@/gi;
/** `name: value`, `name=value`, `"name": "value"`, `'name', 'value'` (raw headers), `\"name\":\"value\"`. */
const QUOTED_VALUE = new RegExp(
  `((?:${NAME})[\\w-]{0,30}\\\\*["']\\s*[:=,]\\s*|(?:${NAME})[\\w-]{0,30}\\s*[:=]\\s*)` +
    String.raw`(\\*)(["'])(?:(?!\2\3)[\s\S])*(?:\2\3|$)`,
  'gi',
);
const PLAIN_VALUE = new RegExp(
  `((?:${NAME})[\\w-]{0,30}\\\\*["']?\\s*[:=]\\s*)((?:bearer|basic|digest)\\s+)?(?!\\\\*["'\\s])[^\\s,;&]+`,
  'gi',
);
const BEARER = /\b(bearer)\s+[\w.~+/-]{8,}=*/gi;
const SECRET_NAME = new RegExp(NAME, 'i');

const MASK = '***';

/**
 * The one function through which every text passes on its way out: screen, log, error, crash file.
 * Hides credentials in URLs, and values behind names such as `password`, `apiKey`, `signature`,
 * `X-MEXC-APIKEY` or `Authorization`. Rather too much than too little is hidden.
 */
export function maskSecrets(text: string): string {
  if (!SUSPICIOUS.test(text)) return text;
  return text
    .replace(URL_PASSWORD, `$1:${MASK}@`)
    .replace(QUOTED_VALUE, `$1$2$3${MASK}$2$3`)
    .replace(PLAIN_VALUE, `$1${MASK}`)
    .replace(BEARER, `$1 ${MASK}`);
}

/** JSON of a value whose texts are masked one by one, so that it stays JSON. */
export function maskedJson(value: unknown): string {
  const text = JSON.stringify(value);
  return SUSPICIOUS.test(text) ? JSON.stringify(value, maskMember) : text;
}

/** What stands under a name that says "secret" is hidden whatever it looks like. */
export function maskMember(name: string, value: unknown): unknown {
  if (typeof value === 'string') return SECRET_NAME.test(name) ? MASK : maskSecrets(value);
  return typeof value === 'number' && SECRET_NAME.test(name) ? MASK : value;
}
