import { FIRST_WATCH, look, type Verdict, type Watch } from '../control/heartbeat-judge.js';
import type { Heartbeat } from '../domain/heartbeat.js';
import type { WatchdogAlarm } from '../domain/watchdog-alarm.js';
import { AlarmInProgress } from './alarm-in-progress.js';
import type { WatchdogPorts, WatchdogSettings } from './watchdog-ports.js';

const LOOKS_PER_LIMIT = 8;
const LOOK_EVERY_MS_MAX = 250;
/** One late look may be a busy machine; more than this at once is a machine that stood still. */
const LOOK_COUNTS_AT_MOST = 2;
const GAP_TOLD_MS = 1_000;
const OWN_BEAT_EVERY_MS = 1_000;

/** Looks at one engine's heartbeat until the signal aborts, and acts when it stands still. */
export class Watchdog {
  readonly #ports: WatchdogPorts;
  readonly #settings: WatchdogSettings;
  readonly #everyMs: number;
  #watch: Watch = FIRST_WATCH;
  #alarm: AlarmInProgress | null = null;
  #told = '';
  #looks = 0;
  #ownBeatAtMs = Number.NEGATIVE_INFINITY;
  #ownBeating = false;
  #ownBeats = 0;

  constructor(ports: WatchdogPorts, settings: WatchdogSettings) {
    this.#ports = ports;
    this.#settings = settings;
    this.#everyMs = Math.min(settings.limitMs / LOOKS_PER_LIMIT, LOOK_EVERY_MS_MAX);
  }

  /** @returns true when it was ended, false when another watchdog has taken its place */
  async run(signal: AbortSignal): Promise<boolean> {
    const { clock } = this.#ports;
    this.#takeUp();
    try {
      while (!signal.aborted) {
        if (!this.#ports.isAlone()) return false;
        this.#lookOnce();
        this.#beat('running');
        await clock.sleep(this.#everyMs, signal);
      }
      return true;
    } finally {
      this.#alarm?.end();
      await this.#writeOwn('stopped');
    }
  }

  /** What a watchdog before this one has left. */
  #takeUp(): void {
    const reading = this.#ports.alarm.read();
    if (reading.state === 'none') return;
    const { id, alarm, ack } = reading;
    if (ack !== null) {
      this.#watch = { ...this.#watch, settled: id };
      return;
    }
    this.#alarm = new AlarmInProgress(this.#ports, this.#settings, alarm ?? this.#unreadable(id));
    this.#alarm.resume();
  }

  #unreadable(id: string): WatchdogAlarm {
    return {
      id,
      raisedAtMs: this.#ports.clock.nowMs(),
      pid: null,
      runId: null,
      silentMs: 0,
      limitMs: this.#settings.limitMs,
      why: 'an alarm was left that can not be read',
      cancel: this.#ports.orders === null ? 'not possible' : 'pending',
    };
  }

  #lookOnce(): void {
    const { clock, heartbeat } = this.#ports;
    const { limitMs, lateLooks } = this.#settings;
    const atMs = clock.monotonicMs();
    this.#sayGap(atMs);
    const lookMsMax = this.#everyMs * LOOK_COUNTS_AT_MOST;
    const limits = { limitMs, lateLooks, lookMsMax };
    const looked = look(this.#watch, { atMs, reading: heartbeat.read() }, limits);
    this.#watch = looked.watch;
    this.#looks += 1;
    if (this.#alarm !== null) this.#follow(this.#alarm, looked.verdict);
    else this.#react(looked.verdict);
  }

  #sayGap(atMs: number): void {
    const { lookedAtMs } = this.#watch;
    const gapMs = lookedAtMs === null ? 0 : atMs - lookedAtMs - this.#everyMs;
    if (gapMs < GAP_TOLD_MS) return;
    const words = `did not look for ${Math.round(gapMs)} ms (stopped, or a busy machine); that time is nobody's silence`;
    this.#ports.tell({ event: 'TROUBLE', words, details: { gap_ms: Math.round(gapMs) } });
  }

  #react(verdict: Verdict): void {
    switch (verdict.kind) {
      case 'waiting':
        this.#say('WAITS', 'no engine has ever run here; waits for the first', null);
        break;
      case 'ended':
        this.#say(
          'ENDED',
          `engine pid ${verdict.heartbeat.pid} ended in order; no alarm, waits for the next`,
          verdict.heartbeat,
        );
        break;
      case 'watching':
        if (verdict.moved && verdict.heartbeat !== null) {
          this.#say('WATCHES', `engine pid ${verdict.heartbeat.pid}`, verdict.heartbeat);
        }
        break;
      case 'late':
        this.#raise(verdict);
    }
  }

  #raise(verdict: Extract<Verdict, { kind: 'late' }>): void {
    const { clock, orders } = this.#ports;
    const { heartbeat, standstill, silentMs } = verdict;
    const process = heartbeat === null ? '' : `, ${this.#ports.condition(heartbeat)}`;
    const of =
      heartbeat === null ? 'an engine' : `engine pid ${heartbeat.pid}, run ${heartbeat.runId}`;
    const isFirst =
      heartbeat === null ? '' : `, last beat ${heartbeat.beat} at turn ${heartbeat.turns}`;
    const silent = `for ${Math.round(silentMs)} ms, limit ${this.#settings.limitMs} ms`;
    this.#alarm = new AlarmInProgress(this.#ports, this.#settings, {
      id: standstill,
      raisedAtMs: clock.nowMs(),
      pid: heartbeat?.pid ?? null,
      runId: heartbeat?.runId ?? null,
      silentMs,
      limitMs: this.#settings.limitMs,
      why: `${of}: ${verdict.why} ${silent}${isFirst}${process}`,
      cancel: orders === null ? 'not possible' : 'pending',
    });
    this.#told = '';
    this.#alarm.raise();
  }

  /** Until somebody acknowledges it, whatever the engine does. */
  #follow(alarm: AlarmInProgress, verdict: Verdict): void {
    const reading = this.#ports.alarm.read();
    if (reading.state === 'raised' && reading.ack !== null) {
      const { operator, justification } = reading.ack;
      this.#ports.tell({
        event: 'ACKNOWLEDGED',
        words: `by ${operator}: ${justification}`,
        details: { alarm_id: reading.id, operator, justification },
      });
      alarm.end();
      this.#alarm = null;
      this.#told = '';
      // Whatever stands still at this moment did so before a person has looked at it.
      const settled = verdict.kind === 'late' ? verdict.standstill : alarm.id;
      this.#watch = { ...this.#watch, settled, lateLooks: 0 };
      return;
    }
    alarm.again();
    if (verdict.kind === 'watching' && verdict.moved && verdict.heartbeat !== null) {
      const words = `engine pid ${verdict.heartbeat.pid} moves; it stays HALTED until the alarm is acknowledged and the kill switch released`;
      this.#say('MOVES', words, verdict.heartbeat);
    }
  }

  /** Once for each engine and state. */
  #say(event: 'WAITS' | 'WATCHES' | 'ENDED' | 'MOVES', words: string, of: Heartbeat | null): void {
    const key = `${event} ${of?.pid ?? ''} ${of?.startedAtMs ?? ''}`;
    if (key === this.#told) return;
    this.#told = key;
    const details = of === null ? {} : { pid: of.pid, run_id: of.runId, turns: of.turns };
    this.#ports.tell({ event, words, details });
  }

  #beat(phase: 'running'): void {
    const nowMs = this.#ports.clock.monotonicMs();
    if (this.#ownBeating || nowMs - this.#ownBeatAtMs < OWN_BEAT_EVERY_MS) return;
    this.#ownBeatAtMs = nowMs;
    this.#ownBeating = true;
    void this.#writeOwn(phase).finally(() => {
      this.#ownBeating = false;
    });
  }

  /** Nobody can be told when it fails but whoever asks for it, and he sees how old it is. */
  async #writeOwn(phase: Heartbeat['phase']): Promise<void> {
    const { own, who, clock } = this.#ports;
    this.#ownBeats += 1;
    const beat = { phase, turns: this.#looks, beat: this.#ownBeats, atMs: clock.nowMs() };
    await own.write({ ...who, runId: '', ...beat }).catch(() => undefined);
  }
}
