import { createHash } from 'node:crypto';
import type {
  ControlRecord,
  ExitWish,
  Level,
  Mode,
  Releases,
} from '../../engine/domain/control.js';
import { exitsMember, WISHES_MAX, WISH_SCOPES_MAX } from '../../engine/control/exit-wish.js';
import type { CanaryTerms } from '../../engine/domain/canary-terms.js';
import { LEVELS, MODES } from '../../engine/domain/control.js';
import { jsonOrNull } from '../../engine/domain/json-or-null.js';

/** Far above the largest record that the register writes; anything longer is not one. */
export const LATCH_BYTES_MAX = 256 * 1024;
const FORMAT = 'cdb.control/1';
const SCOPE = /^(strategy|symbol):./;

/**
 * One line of JSON with the SHA-256 of the record's text. Control characters are escaped by JSON,
 * so no message can bring a second line or member along.
 */
export function encodeLatch(record: ControlRecord): string {
  const text = JSON.stringify(inOrder(record));
  return `{"format":"${FORMAT}","sha256":"${sha256(text)}","record":${text}}\n`;
}

type DecodedLatch =
  | { readonly ok: true; readonly record: ControlRecord }
  | { readonly ok: false; readonly why: string };

/** Only what `encodeLatch` writes, to the byte, is a record: everything else is unreadable. */
export function decodeLatch(text: string): DecodedLatch {
  if (text.trim() === '') return { ok: false, why: 'it is empty' };
  if (/^\s*state\s*=/im.test(text)) {
    return { ok: false, why: 'it is a key=value file of another system, which permits nothing' };
  }
  const file = jsonOrNull(text);
  const found: unknown = isObject(file) ? file['record'] : undefined;
  if (!isObject(found)) return { ok: false, why: 'it is cut off or no control record' };
  const record = recordOf(found);
  if (record === null) return { ok: false, why: 'its record has a member that is not allowed' };
  if (encodeLatch(record) !== text) return { ok: false, why: 'its checksum does not match' };
  return { ok: true, record };
}

function recordOf(found: Readonly<Record<string, unknown>>): ControlRecord | null {
  const level = levelOf(found['level']);
  const previousLevel = levelOf(found['previousLevel']);
  const mode = modeOf(found['mode']);
  const scopes = scopesOf(found['scopes']);
  const { epoch, atMs, reason, message, operator } = found;
  if (level === null || previousLevel === null || mode === null || scopes === null) return null;
  if (!isCount(epoch) || !isCount(atMs)) return null;
  if (typeof reason !== 'string' || typeof message !== 'string' || typeof operator !== 'string') {
    return null;
  }
  const canary = found['canary'] === undefined ? undefined : canaryOf(found['canary']);
  const exits = exitsOf(found['exits']);
  const released = found['released'] === undefined ? undefined : releasesOf(found['released']);
  if (canary === null || exits === null || released === null) return null;
  const words = { level, scopes, mode, epoch, reason, message, operator, atMs, previousLevel };
  const members = { ...canaryMember(canary), ...exitsMember(exits) };
  return { ...words, ...members, ...releasedMember(released) };
}

function releasedMember(released: Releases | undefined): Pick<ControlRecord, 'released'> {
  return released === undefined ? {} : { released: { all: released.all, any: released.any } };
}

/** @returns null where it is not what this build writes */
function releasesOf(value: unknown): Releases | null {
  if (!isObject(value)) return null;
  const { all, any } = value;
  return isCount(all) && isCount(any) && all <= any ? { all, any } : null;
}

function canaryMember(canary: CanaryTerms | undefined): Pick<ControlRecord, 'canary'> {
  return canary === undefined ? {} : { canary };
}

/** Names and kinds of what a canary may do, in the order of the record. */
const CANARY_MEMBERS = {
  sessionId: 'string',
  planHash: 'string',
  venue: 'string',
  symbol: 'string',
  percent: 'number',
  held: 'boolean',
  ordersMax: 'number',
  activeOrdersMax: 'number',
  notionalPerOrderUsdt: 'string',
  notionalTotalUsdt: 'string',
  lossMaxUsdt: 'string',
  slippageBpsMax: 'number',
  cooldownMs: 'number',
  durationMs: 'number',
  staleMsMax: 'number',
  rejectsMax: 'number',
  startedAtMs: 'number',
} as const satisfies Readonly<Record<keyof CanaryTerms, string>>;

function canaryOf(value: unknown): CanaryTerms | null {
  if (!isObject(value)) return null;
  const isWhole = Object.entries(CANARY_MEMBERS).every(
    ([name, kind]) => typeof value[name] === kind,
  );
  return isWhole ? termsInOrder(value as unknown as CanaryTerms) : null;
}

function termsInOrder(terms: CanaryTerms): CanaryTerms {
  const names = Object.keys(CANARY_MEMBERS) as (keyof CanaryTerms)[];
  return Object.fromEntries(names.map((name) => [name, terms[name]])) as unknown as CanaryTerms;
}

function inOrder(record: ControlRecord): ControlRecord {
  const { level, scopes, mode, epoch, reason, message, operator, atMs, previousLevel } = record;
  const terms = record.canary && termsInOrder(record.canary);
  const exits = (record.exits ?? []).map(wishInOrder);
  const sorted = Object.fromEntries(Object.entries(scopes).sort(([a], [b]) => (a < b ? -1 : 1)));
  const words = { level, scopes: sorted, mode, epoch, reason, message, operator, atMs };
  // Behind all others, and only where there are some: a record without is the same to the byte.
  const members = { ...canaryMember(terms), ...exitsMember(exits) };
  return { ...words, previousLevel, ...members, ...releasedMember(record.released) };
}

function wishInOrder({ killId, cancelOpen, flatten, scopes }: ExitWish): ExitWish {
  return { killId, cancelOpen, flatten, scopes: [...scopes].sort() };
}

/** @returns none where the member is absent, null where it is not what this build writes */
function exitsOf(value: unknown): readonly ExitWish[] | null {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > WISHES_MAX) return null;
  const wishes = value.map(wishOf);
  return wishes.every((wish) => wish !== null) ? wishes : null;
}

function wishOf(value: unknown): ExitWish | null {
  if (!isObject(value)) return null;
  const { killId, cancelOpen, flatten } = value;
  const scopes: unknown = value['scopes'];
  if (typeof killId !== 'string' || !/^\d+-[0-9a-f]{8}$/.test(killId)) return null;
  if (typeof cancelOpen !== 'boolean' || typeof flatten !== 'boolean') return null;
  if (!Array.isArray(scopes) || scopes.length > WISH_SCOPES_MAX) return null;
  if (!scopes.every((scope) => typeof scope === 'string' && SCOPE.test(scope))) return null;
  return { killId, cancelOpen, flatten, scopes };
}

function levelOf(value: unknown): Level | null {
  return LEVELS.find((level) => level === value) ?? null;
}

function modeOf(value: unknown): Mode | null {
  return MODES.find((mode) => mode === value) ?? null;
}

function scopesOf(value: unknown): Readonly<Record<string, Level>> | null {
  if (!isObject(value)) return null;
  const scopes = new Map<string, Level>();
  for (const [scope, word] of Object.entries(value)) {
    const level = levelOf(word);
    if (level === null || !SCOPE.test(scope)) return null;
    scopes.set(scope, level);
  }
  return Object.fromEntries(scopes);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
