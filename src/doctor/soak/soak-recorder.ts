import { wordsOf } from '../../engine/domain/words-of.js';
import { DependencyError } from '../../operator-error.js';
import type { Clock } from '../../engine/ports/clock.js';
import { EARLY_LOOK_MINUTES, superviseEarly } from './early-fail.js';
import {
  classifyRestarts,
  restartLines,
  type RestartClass,
  type SoakMember,
} from './restart-class.js';
import { readSnapshots, snapshotLine } from './soak-evidence.js';
import { hourOf, hourWords, readSoakLog, soakHours, soakLine } from './soak-log.js';
import type { SoakDisk, SoakFolder, SoakLook, SoakSource } from './soak-ports.js';

export type SoakEnd =
  | { readonly state: 'complete' | 'stopped'; readonly why: '' }
  | { readonly state: 'failed' | 'inconclusive' | 'early'; readonly why: string };

export interface SoakShell {
  readonly source: SoakSource;
  readonly folder: SoakFolder;
  readonly clock: Clock;
  /** Each line of the log, when it is durable. */
  readonly onLine: (line: string) => void;
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const RESOURCES_EVERY_HOURS = 6;
const ROWS_EVERY_HOURS = 12;
const DISK_WARN_FRACTION = 0.8;
const DISK_CRITICAL_FRACTION = 0.9;
const WAITING_MAX = 1_000;
const WAITING_MS_MAX = 10 * MINUTE_MS;
/** Clocks jump and hosts sleep: the next hour is looked for this often. */
const NAP_MS_MAX = MINUTE_MS;

/** Writes the evidence of one run, hour by hour, until it is complete or can't pass any more. */
export class SoakRecorder {
  readonly #shell: SoakShell;
  /** Of the newest line of an hour; null before the first. */
  #lastHour: number | null;
  #lastPassMs: number | null;
  #firstPassMs: number | null;
  #snapshotHour: number | null;
  #rowsHour: number | null = null;
  #members: readonly string[] | null;
  /** This process has not looked yet. */
  #isMonitorFresh = true;
  #failedHour: number | null = null;
  #waitingSinceMs: number | null = null;
  #earlyLooks: number;

  /** Goes on behind what the folder has already. */
  constructor(shell: SoakShell) {
    this.#shell = shell;
    const { folder } = shell;
    const evidence = folder.evidence();
    const hours = soakHours(readSoakLog(evidence.log ?? ''));
    this.#lastHour = hours.last;
    this.#lastPassMs = hours.lastAtMs;
    this.#firstPassMs = hours.firstAtMs;
    this.#snapshotHour = readSnapshots(evidence.resources ?? '').at(-1)?.hour ?? null;
    this.#rowsHour = this.#snapshotHour;
    this.#members = folder.run.members;
    this.#earlyLooks = 0;
  }

  async run(signal: AbortSignal): Promise<SoakEnd> {
    const { clock, folder } = this.#shell;
    for (;;) {
      if (signal.aborted) return { state: 'stopped', why: '' };
      const nowMs = clock.nowMs();
      const hour = hourOf(folder.run.startedAtMs, nowMs);
      const isDue = hour >= 0 && (this.#lastHour === null || hour > this.#lastHour);
      const end = isDue ? await this.#pass(hour, nowMs) : await this.#between(nowMs);
      if (end !== null) return end;
      const early = this.#early(clock.nowMs());
      if (early !== null) return early;
      await clock.sleep(this.#napMs(clock.nowMs()), signal);
    }
  }

  /** @returns how the run ends here, null when it goes on */
  async #pass(hour: number, nowMs: number): Promise<SoakEnd | null> {
    const look = await this.#look(hour, nowMs);
    if (look === null) return null;
    const members = this.#expected(look.members);
    this.#tellMissed(hour, nowMs);
    const { startedAtMs } = this.#shell.folder.run;
    const isFirstPass = this.#lastPassMs === null;
    const isMonitorFresh = this.#isMonitorFresh;
    const found = classifyRestarts(members, {
      isFirstPass,
      runAgeMs: nowMs - startedAtMs,
      sinceLastMs: nowMs - (this.#lastPassMs ?? startedAtMs),
      isMonitorFresh,
    });
    for (const words of restartLines(found, members.length, isMonitorFresh))
      this.#line(nowMs, words);
    const stops = [
      ...this.#tellMembers(members, nowMs),
      ...look.disks.flatMap((disk) => this.#tellDisk(disk, nowMs)),
    ];
    await this.#measure(hour, nowMs, members);
    this.#line(nowMs, hourWords(hour, restartWords(found)));
    this.#isMonitorFresh = false;
    this.#lastHour = hour;
    this.#lastPassMs = nowMs;
    this.#firstPassMs ??= nowMs;
    return this.#endOf(found, stops, nowMs);
  }

  async #look(hour: number, nowMs: number): Promise<SoakLook | null> {
    try {
      const look = await this.#shell.source.look();
      if (look.members.length > 0 || this.#members !== null) return look;
      throw new DependencyError('no member was found', { dependency: 'stack', retryable: true });
    } catch (fault) {
      // Tried again every minute of the hour, told once.
      if (this.#failedHour !== hour) {
        this.#line(nowMs, `CHECK FAILED: hour ${hour}: ${oneLine(wordsOf(fault))}`);
      }
      this.#failedHour = hour;
      return null;
    }
  }

  /** The set is fixed by the first look; whoever is gone from it does not run. */
  #expected(seen: readonly SoakMember[]): readonly SoakMember[] {
    if (this.#members === null) {
      this.#members = seen.map(({ name }) => name);
      this.#shell.folder.keepMembers(this.#members);
    }
    return this.#members.map(
      (name) =>
        seen.find((one) => one.name === name) ?? {
          ...{ name, isRunning: false, upMs: null, says: 'not there', isOomKilled: false },
          ...{ cpuPercent: null, memoryPercent: null },
        },
    );
  }

  #tellMissed(hour: number, nowMs: number): void {
    const from = (this.#lastHour ?? -1) + 1;
    for (let missed = from; missed < hour; missed += 1) {
      this.#line(nowMs, `CHECK MISSING: hour ${missed} was not checked, the recorder did not run`);
    }
  }

  #tellMembers(members: readonly SoakMember[], nowMs: number): readonly string[] {
    const running = members.filter(({ isRunning }) => isRunning).length;
    if (running < members.length) {
      this.#line(nowMs, `MEMBERS: ${running}/${members.length} running`);
    }
    const killed = members.filter(({ isOomKilled }) => isOomKilled).map(({ name }) => name);
    if (killed.length === 0) return [];
    const words = `OUT OF MEMORY: ${killed.join(', ')}`;
    this.#line(nowMs, words);
    return [words];
  }

  #tellDisk({ path, usedFraction }: SoakDisk, nowMs: number): readonly string[] {
    if (usedFraction === null) {
      this.#line(nowMs, `DISK UNKNOWN: ${oneLine(path)}`);
      return [];
    }
    const words = `${oneLine(path)} ${(usedFraction * 100).toFixed(1)} % used`;
    if (usedFraction > DISK_CRITICAL_FRACTION) {
      this.#line(nowMs, `DISK CRITICAL: ${words}`);
      return [`DISK CRITICAL: ${words}`];
    }
    if (usedFraction > DISK_WARN_FRACTION) this.#line(nowMs, `DISK WARNING: ${words}`);
    return [];
  }

  async #measure(hour: number, nowMs: number, members: readonly SoakMember[]): Promise<void> {
    const { folder, source } = this.#shell;
    if (isDue(this.#snapshotHour, hour, RESOURCES_EVERY_HOURS)) {
      folder.appendSnapshot(snapshotLine(nowMs, hour, members));
      this.#snapshotHour = hour;
    }
    if (!isDue(this.#rowsHour, hour, ROWS_EVERY_HOURS)) return;
    try {
      const rows = await source.rows();
      folder.appendRows(JSON.stringify({ at: new Date(nowMs).toISOString(), hour, rows }));
    } catch (fault) {
      this.#line(nowMs, `ROW COUNTS MISSING: ${oneLine(wordsOf(fault))}`);
    }
    this.#rowsHour = hour;
  }

  #endOf(found: RestartClass, stops: readonly string[], nowMs: number): SoakEnd | null {
    const { folder } = this.#shell;
    if (found.kind === 'sut-restart') return this.#fail(`SUT restart: ${names(found.restarted)}`);
    if (stops.length > 0) return this.#fail(stops.join('; '));
    if (found.kind === 'environment-interruption') {
      const why = `environment interruption: ${names(found.restarted)}`;
      folder.mark('inconclusive', why);
      return { state: 'inconclusive', why };
    }
    const spanMs = nowMs - (this.#firstPassMs ?? nowMs);
    return spanMs >= folder.run.hours * HOUR_MS ? { state: 'complete', why: '' } : null;
  }

  #fail(why: string): SoakEnd {
    this.#shell.folder.mark('failed', why);
    return { state: 'failed', why };
  }

  /** A queue that does not drain shows within minutes, not hours. */
  async #between(nowMs: number): Promise<SoakEnd | null> {
    const waiting = await this.#shell.source.waiting().catch(() => null);
    if (waiting === null || waiting <= WAITING_MAX) {
      this.#waitingSinceMs = null;
      return null;
    }
    this.#waitingSinceMs ??= nowMs;
    if (nowMs - this.#waitingSinceMs <= WAITING_MS_MAX) return null;
    const words = `QUEUE STALLED: ${waiting} wait for more than ${WAITING_MS_MAX / MINUTE_MS} min`;
    this.#line(nowMs, words);
    return this.#fail(words);
  }

  #early(nowMs: number): SoakEnd | null {
    const { folder } = this.#shell;
    const minute = EARLY_LOOK_MINUTES[this.#earlyLooks];
    const { startedAtMs, intent } = folder.run;
    if (minute === undefined || nowMs < startedAtMs + minute * MINUTE_MS) return null;
    while (nowMs >= startedAtMs + (EARLY_LOOK_MINUTES[this.#earlyLooks] ?? Infinity) * MINUTE_MS) {
      this.#earlyLooks += 1;
    }
    const { state, why } = superviseEarly(folder.evidence(), { intent, nowMs, isOver: false });
    if (state === 'RUNNING_VALID') return null;
    const words = `${state}: ${oneLine(why)}`;
    this.#line(nowMs, `EARLY FAIL: ${words}`);
    return { state: 'early', why: words };
  }

  #napMs(nowMs: number): number {
    const { startedAtMs } = this.#shell.folder.run;
    const nextHourMs = startedAtMs + (hourOf(startedAtMs, nowMs) + 1) * HOUR_MS;
    const minute = EARLY_LOOK_MINUTES[this.#earlyLooks];
    const earlyMs = minute === undefined ? Infinity : startedAtMs + minute * MINUTE_MS;
    return Math.max(1, Math.min(NAP_MS_MAX, nextHourMs - nowMs, Math.max(0, earlyMs - nowMs)));
  }

  #line(atMs: number, words: string): void {
    const line = soakLine(atMs, words);
    this.#shell.folder.appendLine(line);
    this.#shell.onLine(line);
  }
}

function isDue(lastHour: number | null, hour: number, everyHours: number): boolean {
  return lastHour === null || Math.floor(hour / everyHours) > Math.floor(lastHour / everyHours);
}

function restartWords(found: RestartClass): string {
  if (found.kind === 'none' || found.kind === 'fresh-stack') return 'No restarts';
  return `${found.restarted.length} restarts`;
}

function names(members: readonly SoakMember[]): string {
  return members.map(({ name }) => name).join(', ');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').slice(0, 300);
}
