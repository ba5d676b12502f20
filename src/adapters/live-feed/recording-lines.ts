import type { WireEvent } from './feed-event.js';

/**
 * One line of a recording: `<local time in ns> <what>`. A text frame of the first connection stands
 * as it was received, so that plain captures of others read as recordings of one connection:
 *
 *     1723161254087896568 {"stream":"btcusdt@trade","data":{…}}
 *     1723161254087896568 @3 {"stream":…}        text of connection 3
 *     1723161254087896568 @3 base64:CgV…         binary frame
 *     1723161254087896568 @3 text:"a\nb"         text that is no single JSON line
 *     1723161254087896568 #begun BTCUSDT,ETHUSDT
 *     1723161254087896568 #opened 3 BTCUSDT,ETHUSDT
 *     1723161254087896568 #closed 3 "why"
 *     1723161254087896568 #venue_time 1723161254087 12
 *     1723161254087896568 #clock_set | #overflow BTCUSDT | #tick
 */
export function recordingLine(event: WireEvent, atMs: number): string {
  return `${atMs}000000 ${wordsOf(event)}\n`;
}

/** The first line of a recording, and of every session that is added to it. */
export function recordingHead(venue: string, atMs: number): string {
  return `${atMs}000000 #recording ${RECORDING_VERSION} ${venue}\n`;
}

const RECORDING_VERSION = 1;
/** Of a plain capture, whose connection nobody numbered. */
export const UNNUMBERED = 0;

export type RecordedLine =
  | { readonly kind: 'head'; readonly version: number; readonly venue: string }
  | { readonly kind: 'event'; readonly atMs: number; readonly event: WireEvent };

function wordsOf(event: WireEvent): string {
  switch (event.kind) {
    case 'text': {
      const isLine = event.text.startsWith('{') && !/[\r\n]/.test(event.text);
      return `@${event.connection} ${isLine ? event.text : `text:${JSON.stringify(event.text)}`}`;
    }
    case 'binary':
      return `@${event.connection} base64:${Buffer.from(event.bytes).toString('base64')}`;
    case 'begun':
      return `#begun ${event.symbols.join(',')}`;
    case 'opened':
      return `#opened ${event.connection} ${event.symbols.join(',')}`;
    case 'closed':
      return `#closed ${event.connection} ${JSON.stringify(event.why)}`;
    case 'venue_time':
      return `#venue_time ${event.venueMs} ${event.roundTripMs}`;
    case 'overflow':
      return `#overflow ${event.symbol}`;
    case 'clock_set':
    case 'tick':
      return `#${event.kind}`;
  }
}

const LINE = /^(\d{13})\d{6} (.+)$/s;
const FRAME = /^@(\d{1,9}) (.*)$/s;

/** True of the first line of a recording or of a plain capture. */
export function isRecordingStart(line: string): boolean {
  return /^\d{19} (?:\{|#recording )/.test(line);
}

/** @returns null for a line that is none of a recording (torn, or something else) */
export function readRecordingLine(line: string): RecordedLine | null {
  const [, time, what] = LINE.exec(line) ?? [];
  if (time === undefined || what === undefined) return null;
  const head = /^#recording (\d{1,9}) (\S+)$/.exec(what);
  if (head !== null) return { kind: 'head', version: Number(head[1]), venue: head[2] ?? '' };
  const event = what.startsWith('#') ? readMark(what) : readFrame(what);
  return event === null ? null : { kind: 'event', atMs: Number(time), event };
}

export function isReadableVersion(version: number): boolean {
  return version === RECORDING_VERSION;
}

function readFrame(what: string): WireEvent | null {
  const numbered = FRAME.exec(what);
  const connection = numbered === null ? UNNUMBERED : Number(numbered[1]);
  const payload = numbered?.[2] ?? what;
  if (payload.startsWith('base64:')) {
    return { kind: 'binary', connection, bytes: Buffer.from(payload.slice(7), 'base64') };
  }
  if (!payload.startsWith('text:')) return { kind: 'text', connection, text: payload };
  const text = readQuoted(payload.slice(5));
  return text === null ? null : { kind: 'text', connection, text };
}

function readMark(what: string): WireEvent | null {
  const [kind = '', first = '', ...others] = what.split(' ');
  const rest = others.join(' ');
  const connection = Number(first);
  switch (kind) {
    case '#begun':
      return { kind: 'begun', symbols: namesOf(first) };
    case '#opened':
      return { kind: 'opened', connection, symbols: namesOf(rest) };
    case '#closed':
      return { kind: 'closed', connection, why: readQuoted(rest) ?? rest };
    case '#venue_time':
      return { kind: 'venue_time', venueMs: Number(first), roundTripMs: Number(rest) };
    case '#overflow':
      return { kind: 'overflow', symbol: first };
    case '#clock_set':
      return { kind: 'clock_set' };
    case '#tick':
      return { kind: 'tick' };
    default:
      return null;
  }
}

function namesOf(list: string): readonly string[] {
  return list.split(',').filter((name) => name !== '');
}

function readQuoted(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : null;
  } catch {
    return null;
  }
}
