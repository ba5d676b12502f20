import { maskSecrets } from '../../config/mask.js';
import type { LogLine, ServiceLog } from './facts.js';
import { foldLines } from './fold-lines.js';
import { parseLine } from './parse-line.js';
import type { ZoneOffset } from './zone.js';

export interface RawLog {
  readonly service: string;
  readonly place: string;
  /** Oldest first. */
  readonly lines: readonly string[];
  readonly isCut: boolean;
}

export interface LogWindow {
  readonly windowMs: number;
  /** Words for people. */
  readonly zone: string;
  readonly offset: ZoneOffset;
  /** The window ends here; null: at the newest line, however old that is. */
  readonly untilMs: number | null;
}

/** `cdb_risk  | …`, as the runtime prints the logs of several services in one. */
const PREFIX = /^(?:\u001b\[[\d;]*m)*([A-Za-z0-9][\w.-]{0,62})\s+\|(?:\u001b\[[\d;]*m)*\s?/;
const PREFIXED_SHARE_MIN = 0.8;
const SAMPLE_LINES = 200;
const SERVICES_MAX = 64;

/**
 * The last window of one log, or of each service whose name its lines begin with. A window by the
 * clock on the wall finds nothing in a log that ended hours ago, so it is counted back from the
 * log's own newest line.
 */
export function serviceLogs(raw: RawLog, window: LogWindow): readonly ServiceLog[] {
  if (!isPrefixed(raw.lines)) return [serviceLog(raw, window)];
  const byService = new Map<string, string[]>();
  for (const line of raw.lines) {
    const prefix = PREFIX.exec(line);
    const service = prefix?.[1] ?? raw.service;
    const own = byService.get(service);
    if (own === undefined && byService.size >= SERVICES_MAX) continue;
    const rest = line.slice(prefix?.[0].length ?? 0);
    if (own === undefined) byService.set(service, [rest]);
    else own.push(rest);
  }
  return [...byService].map(([service, lines]) => serviceLog({ ...raw, service, lines }, window));
}

function isPrefixed(lines: readonly string[]): boolean {
  const sample = lines.slice(-SAMPLE_LINES).filter((line) => line.trim() !== '');
  const prefixed = sample.filter((line) => PREFIX.test(line)).length;
  return sample.length > 0 && prefixed >= sample.length * PREFIXED_SHARE_MIN;
}

function serviceLog(raw: RawLog, window: LogWindow): ServiceLog {
  const { offset, zone, windowMs, untilMs } = window;
  const folded = foldLines(raw.lines.map((line) => readLine(line, offset)));
  const newestAtMs = newestOf(folded.lines);
  const fromMs = (untilMs ?? newestAtMs ?? 0) - windowMs;
  const lines = inWindow(folded.lines, fromMs);
  return {
    service: raw.service,
    place: raw.place,
    lines,
    newestAtMs,
    zone,
    unreadable: folded.unreadable,
    isCut: raw.isCut && lines.length === folded.lines.length,
  };
}

/** A layout may take a name for that of a logger, and nothing would hide a secret without its name. */
function readLine(line: string, offset: ZoneOffset): LogLine {
  const read = parseLine(line, offset);
  const text = maskSecrets(read.text);
  if (read.logger === null) return { ...read, text };
  const name = `${read.logger}: `;
  return { ...read, text: maskSecrets(`${name}${text}`).slice(name.length) };
}

function newestOf(lines: readonly LogLine[]): number | null {
  return lines.reduce<number | null>(
    (newest, { atMs }) => (atMs !== null && (newest === null || atMs > newest) ? atMs : newest),
    null,
  );
}

/** A line without a time belongs to the one before it. */
function inWindow(lines: readonly LogLine[], fromMs: number): readonly LogLine[] {
  let isIn = false;
  return lines.filter(({ atMs }, index) => {
    if (atMs !== null) isIn = atMs >= fromMs;
    else if (index === 0) isIn = true;
    return isIn;
  });
}
