import { wordsOf } from '../domain/words-of.js';
import type { CancelState, WatchdogAlarm } from '../domain/watchdog-alarm.js';
import type { LedgerEvent } from '../domain/ledger.js';
import { cancelUntilConfirmed, type CancelResult } from './cancelling.js';
import type { WatchdogPorts, WatchdogSettings } from './watchdog-ports.js';

const WHO = 'watchdog';
/** What can't be written now may be possible again; nobody is told more often than this. */
const REPEAT_MS = 1_000;
/** A venue that answers differently every time must not fill the ledger. */
const CANCEL_ENTRIES_MAX = 20;

/**
 * One alarm from the halt to its acknowledgement. Every step finds out by itself whether a watchdog
 * that was killed has done it already: nothing is done twice, and nothing is left out.
 */
export class AlarmInProgress {
  readonly #ports: WatchdogPorts;
  readonly #settings: WatchdogSettings;
  #alarm: WatchdogAlarm;
  #triedAtMs = Number.NEGATIVE_INFINITY;
  readonly #over = new AbortController();
  #cancelEntries = 0;
  #cancelTold = '';
  #haltTold = '';

  constructor(ports: WatchdogPorts, settings: WatchdogSettings, alarm: WatchdogAlarm) {
    this.#ports = ports;
    this.#settings = settings;
    this.#alarm = alarm;
  }

  get id(): string {
    return this.#alarm.id;
  }

  /** The first reaction; synchronous up to the halt, since nothing comes before it. */
  raise(): void {
    const { tell, halter } = this.#ports;
    const before = halter.haltedBy(this.#mark);
    const startedAtMs = this.#ports.clock.monotonicMs();
    const epoch = before ?? this.#halt();
    const haltMs = this.#ports.clock.monotonicMs() - startedAtMs;
    this.#keepAlarm();
    tell({ event: 'ALARM', words: this.#alarm.why, details: { ...this.#alarm } });
    if (before === null || !this.#isInLedger()) this.#recordTrigger(epoch, haltMs);
    this.#goOn();
  }

  /** After a restart of the watchdog: halted and recorded it is, the orders may be left. */
  resume(): void {
    const words = `goes on with the alarm of before: ${this.#alarm.why}`;
    this.#ports.tell({ event: 'ALARM', words, details: { ...this.#alarm, resumed: true } });
    this.again();
    if (!this.#isInLedger()) this.#recordTrigger(this.#ports.halter.haltedBy(this.#mark), null);
    this.#goOn();
  }

  /** The halt and the file hold until the acknowledgement; tried again at a bounded pace. */
  again(): void {
    const nowMs = this.#ports.clock.monotonicMs();
    if (nowMs - this.#triedAtMs < REPEAT_MS) return;
    this.#triedAtMs = nowMs;
    if (!this.#ports.halter.isHalted()) this.#halt();
    if (this.#ports.alarm.read().state === 'none') this.#keepAlarm();
  }

  /** Somebody has taken over, or the watchdog ends: nothing more is cancelled. */
  end(): void {
    this.#over.abort();
  }

  get #mark(): string {
    return `watchdog alarm ${this.#alarm.id}`;
  }

  #halt(): number | null {
    const { tell, halter } = this.#ports;
    this.#triedAtMs = this.#ports.clock.monotonicMs();
    const { epoch, words, isWritten } = halter.halt(`${this.#mark}: ${this.#alarm.why}`);
    const what = isWritten ? `epoch ${epoch}; ${words}` : `NOT WRITTEN, tried again: ${words}`;
    const event = { epoch, written: isWritten, places: words };
    if (what !== this.#haltTold) tell({ event: 'HALTED', words: what, details: event });
    this.#haltTold = what;
    return isWritten ? epoch : null;
  }

  #keepAlarm(): void {
    try {
      this.#ports.alarm.raise(this.#alarm);
    } catch (fault) {
      this.#trouble(fault);
    }
  }

  /** Only after a restart in the middle of an alarm is it worth to read them all. */
  #isInLedger(): boolean {
    try {
      for (const { event } of this.#ports.ledger.entries()) {
        if (event.kind === 'trigger' && event.details['alarm_id'] === this.id) return true;
      }
    } catch (fault) {
      this.#trouble(fault);
    }
    return false;
  }

  #recordTrigger(epoch: number | null, haltMs: number | null): void {
    const { pid, runId, silentMs, limitMs } = this.#alarm;
    this.#record({
      action: 'watchdog halted trading',
      atMs: this.#alarm.raisedAtMs,
      why: this.#alarm.why,
      details: {
        engine_pid: pid,
        run_id: runId,
        silent_ms: Math.round(silentMs),
        limit_ms: limitMs,
        epoch,
        halt_took_ms: haltMs === null ? null : Math.round(haltMs),
      },
    });
  }

  #record(event: Omit<LedgerEvent, 'kind' | 'who'>): void {
    try {
      const details = { alarm_id: this.id, ...event.details };
      this.#ports.ledger.append({ kind: 'trigger', who: WHO, ...event, details });
    } catch (fault) {
      this.#trouble(fault);
    }
  }

  #trouble(fault: unknown): void {
    const words = wordsOf(fault);
    this.#ports.tell({ event: 'TROUBLE', words, details: { alarm_id: this.id } });
  }

  #goOn(): void {
    void this.#tellEngine();
    if (this.#alarm.cancel !== 'confirmed') void this.#cancel();
  }

  async #tellEngine(): Promise<void> {
    const words = await this.#ports.halter.tellEngine();
    this.#ports.tell({ event: 'HALTED', words, details: { engine: words } });
  }

  async #cancel(): Promise<void> {
    const { orders, clock, tell } = this.#ports;
    if (orders === null) {
      const words = 'orders that rest at a venue stay there: no credentials to cancel them with';
      tell({ event: 'CANCEL', words, details: { alarm_id: this.id, outcome: 'not possible' } });
      return;
    }
    const isConfirmed = await cancelUntilConfirmed(
      {
        orders,
        clock,
        symbols: this.#settings.symbols,
        isOver: () => this.#isAcknowledged(),
        onResult: (result) => {
          this.#noteCancel(result, orders.venue);
        },
      },
      this.#over.signal,
    );
    if (isConfirmed) this.#setCancel('confirmed');
  }

  #isAcknowledged(): boolean {
    const reading = this.#ports.alarm.read();
    return reading.state === 'raised' && reading.ack !== null;
  }

  #noteCancel(result: CancelResult, venue: string): void {
    const { outcome, attempts, words, symbols } = result;
    const told = `${outcome} ${words}`;
    if (told === this.#cancelTold) return;
    this.#cancelTold = told;
    const text = `${venue}: ${outcome.toUpperCase()} after ${attempts} attempts; ${words}`;
    const details = { venue, outcome, attempts, symbols };
    this.#ports.tell({ event: 'CANCEL', words: text, details: { alarm_id: this.id, ...details } });
    this.#cancelEntries += 1;
    if (this.#cancelEntries > CANCEL_ENTRIES_MAX && outcome !== 'confirmed') return;
    const atMs = this.#ports.clock.nowMs();
    this.#record({ action: 'watchdog cancelled open orders', atMs, why: text, details });
  }

  #setCancel(cancel: CancelState): void {
    this.#alarm = { ...this.#alarm, cancel };
    const reading = this.#ports.alarm.read();
    // Another alarm may stand there by now, or none that can be read.
    if (reading.state === 'raised' && reading.id === this.id) this.#keepAlarm();
  }
}
