import type { LogLine } from './facts.js';
import { LEVEL_WORDS, readLevel } from './read-level.js';
import { readTime } from './read-time.js';
import type { ZoneOffset } from './zone.js';

const TEXT_CHARS_MAX = 2_000;

const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-_])/g;

const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** `[LEVEL] logger: text`, as most services write. */
const BRACKETS = new RegExp(`^\\[(${LEVEL_WORDS})\\]\\s*(?:([\\w.]+):\\s)?\\s*(.*)$`, 'is');
/** `- logger - LEVEL - text`, as execution does. */
const DASHES = new RegExp(`^-\\s*([\\w.]+)\\s+-\\s+(${LEVEL_WORDS})\\s+-\\s*(.*)$`, 'is');
/** `| LEVEL | text`, `[123] ERROR:  text`, `LEVEL logger: text`, `ERROR:logger:text`. */
const LOOSE = new RegExp(
  `^(?:[|:-]\\s*)?(?:\\[[^\\]]{0,40}\\]\\s*){0,3}(?:[\\w@.-]+\\s+)?[|[]?\\s*(${LEVEL_WORDS})\\b\\]?\\s*[|:-]?\\s*(?:([\\w.]+):)?\\s*(.*)$`,
  's',
);
const REDIS = /^\d+:[A-Z] (?=\d{2} [A-Z][a-z]{2} \d{4} )/;
const REDIS_LEVELS = { '.': 'debug', '-': 'debug', '*': 'info', '#': 'warn' } as const;
const LOGFMT = /(?:^|\s)(\w+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/g;

/** One line in whatever layout it is. What can't be told is null; the text is never lost. */
export function parseLine(raw: string, zone: ZoneOffset): LogLine {
  const text = cleaned(raw);
  const outer = readTime(text, zone);
  const inside = outer === null ? text : text.slice(outer.length).trimStart();
  // The runtime puts its own time with a zone in front of what the service says.
  const line = outer?.hasZone === true && startsAnew(inside, zone) ? parseBody(inside, zone) : null;
  if (line !== null && outer !== null) return { ...line, atMs: outer.atMs };
  return outer === null ? parseBody(text, zone) : { ...levelled(inside), atMs: outer.atMs };
}

function cleaned(raw: string): string {
  const text = raw.replace(ESCAPES, '').replace(/\r$/, '').replace(CONTROLS, ' ').trimEnd();
  return text.length > TEXT_CHARS_MAX ? `${text.slice(0, TEXT_CHARS_MAX)}…` : text;
}

function startsAnew(text: string, zone: ZoneOffset): boolean {
  return (
    text.startsWith('{') || REDIS.test(text) || readTime(text, zone) !== null || isLogfmt(text)
  );
}

function parseBody(text: string, zone: ZoneOffset): LogLine {
  if (text.startsWith('{')) return fromJson(text, zone) ?? bare(text);
  if (REDIS.test(text)) return fromRedis(text, zone);
  const time = readTime(text, zone);
  if (time !== null) return { ...levelled(text.slice(time.length).trimStart()), atMs: time.atMs };
  return isLogfmt(text) ? fromLogfmt(text, zone) : levelled(text);
}

function levelled(text: string): LogLine {
  const brackets = BRACKETS.exec(text);
  if (brackets !== null) return line(brackets[1], brackets[2], brackets[3]);
  const dashes = DASHES.exec(text);
  if (dashes !== null) return line(dashes[2], dashes[1], dashes[3]);
  const loose = LOOSE.exec(text);
  return loose === null ? bare(text) : line(loose[1], loose[2], loose[3]);
}

function line(level: unknown, logger: string | undefined, text = ''): LogLine {
  return { atMs: null, level: readLevel(level), logger: logger ?? null, text };
}

function bare(text: string): LogLine {
  return { atMs: null, level: null, logger: null, text };
}

function fromRedis(text: string, zone: ZoneOffset): LogLine {
  const rest = text.replace(REDIS, '');
  const time = readTime(rest, zone);
  const said = time === null ? rest : rest.slice(time.length).trimStart();
  const mark = said[0] ?? '';
  const level = Object.entries(REDIS_LEVELS).find(([sign]) => sign === mark)?.[1] ?? null;
  const words = level === null ? said : said.slice(1).trimStart();
  return { atMs: time?.atMs ?? null, level, logger: 'redis', text: words };
}

function isLogfmt(text: string): boolean {
  return /(?:^|\s)(?:level|lvl)=\w/.test(text) && /(?:^|\s)msg=/.test(text);
}

function fromLogfmt(text: string, zone: ZoneOffset): LogLine {
  const members = [...text.matchAll(LOGFMT)].map(
    ([, name = '', quoted, plain = '']) => [name, quoted ?? plain] as const,
  );
  return fromMembers(Object.fromEntries(members), text, zone);
}

/** Null: it begins like an object and is none. */
function fromJson(text: string, zone: ZoneOffset): LogLine | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return null;
    const members: Readonly<Record<string, unknown>> = Object.fromEntries(Object.entries(value));
    const said = members['log'];
    // The runtime's own record of one line that a service printed.
    if (typeof said === 'string' && 'stream' in members) {
      const inside = parseLine(said.replace(/\n$/, ''), zone);
      return { ...inside, atMs: timeOf(members['time'], zone) ?? inside.atMs };
    }
    return fromMembers(members, text, zone);
  } catch {
    return null;
  }
}

function fromMembers(
  members: Readonly<Record<string, unknown>>,
  text: string,
  zone: ZoneOffset,
): LogLine {
  const first = (...names: readonly string[]) =>
    names.map((name) => members[name]).find((value) => value !== undefined && value !== null);
  const said = first('msg', 'message', 'event');
  const logger = first('logger', 'name', 'area');
  const fault = first('error', 'err');
  const words = typeof said === 'string' ? said : text;
  return {
    atMs: timeOf(first('time', 'ts', 'timestamp', '@timestamp', 't', 'asctime'), zone),
    level: readLevel(first('level', 'lvl', 'severity', 'levelname')),
    logger: typeof logger === 'string' ? logger : null,
    text: typeof fault === 'string' ? `${words}: ${fault}` : words,
  };
}

/** Seconds and milliseconds since 1970 are told apart by their size. */
function timeOf(value: unknown, zone: ZoneOffset): number | null {
  if (typeof value === 'string') return readTime(value, zone)?.atMs ?? null;
  if (typeof value !== 'number' || !Number.isFinite(value)) return null;
  return Math.abs(value) < 1e11 ? value * 1_000 : value;
}
