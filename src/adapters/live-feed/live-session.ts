import type { FeedInput } from '../../engine/domain/inputs.js';
import type { Clock } from '../../engine/ports/clock.js';
import type { FeedHealth } from '../../engine/ports/feed.js';
import { ConnectionPlan, type PlanAction, type PlanLimits } from './connection-plan.js';
import { readFrame, type WireEvent, type WireFrame } from './feed-event.js';
import { symbolHealth } from './feed-health.js';
import { TradeTap } from './trade-tap.js';
import type { VenueTime } from './venue-time.js';
import type { StreamMessage, TradeStream } from './venue-stream.js';
import type { FrameData, OpenWire, Wire } from './wire.js';

export interface LiveSource {
  readonly stream: TradeStream;
  /** None = all that come. */
  readonly symbols: readonly string[];
  readonly openWire: OpenWire;
  /** What time it is where the trades come from; null when that can't be told in time. */
  readonly askTime: (signal: AbortSignal) => Promise<VenueTime | null>;
  readonly limits: PlanLimits;
}

export interface LiveDepends {
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** Sees everything before it is used; a recording. */
  readonly onWire: (event: WireEvent, atMs: number) => void;
  /** Something that an operator should be able to read. */
  readonly onNotice: (text: string) => void;
}

const PLAN_EVERY_MS = 250;
const STALL_MS = 4 * PLAN_EVERY_MS;
const TICK_EVERY_MS = 1_000;
const ASK_TIME_EVERY_MS = 60_000;
/** While nothing is known of the time: none passes before. */
const ASK_TIME_AGAIN_MS = 5_000;
const ASK_TIME_TIMEOUT_MS = 5_000;
/** A step of the local clock larger than this is no slewing. */
const CLOCK_STEP_MS = 250;
/** Some minutes of one busy market; about 50 MB. */
const WAITING_INPUTS_MAX = 100_000;
/** Stands for every symbol where none is named: in the plan, and in `health` until one is heard. */
const ALL_SYMBOLS = '*';
/** As many as the tap takes. */
const HEARD_SYMBOLS_MAX = 1_000;

/** The connections of a live feed, from start to stop: the shell around plan and tap. */
export class LiveSession {
  readonly #source: LiveSource;
  readonly #deps: LiveDepends;
  readonly #plan: ConnectionPlan;
  readonly #tap: TradeTap;
  readonly #wires = new Map<number, Wire>();
  /** Null = all that come. */
  readonly #symbols: ReadonlySet<string> | null;
  readonly #dataAtMs = new Map<string, number>();
  readonly #abort = new AbortController();
  #waiting: FeedInput[] = [];
  #wake: (() => void) | null = null;
  #timer: NodeJS.Timeout | undefined;
  #tickedAtMs = 0;
  #passedAtMs: number;
  #postponed = false;
  #askedAtMs = -Infinity;
  #clockAheadMs: number;
  #overflowed = 0;

  constructor(source: LiveSource, deps: LiveDepends) {
    this.#source = source;
    this.#deps = deps;
    const { stream, symbols, limits } = source;
    const { clock, random } = deps;
    this.#symbols = symbols.length === 0 ? null : new Set(symbols);
    this.#plan = new ConnectionPlan(stream, symbols.length === 0 ? [ALL_SYMBOLS] : symbols, {
      limits,
      random,
      nowMs: clock.monotonicMs(),
    });
    this.#tap = new TradeTap(stream, symbols);
    this.#passedAtMs = clock.monotonicMs();
    this.#clockAheadMs = clock.nowMs() - clock.monotonicMs();
  }

  start(): void {
    this.#passedAtMs = this.#deps.clock.monotonicMs();
    this.#happened({ kind: 'begun', symbols: this.#source.symbols });
    this.#timer = setInterval(() => {
      this.#pass();
    }, PLAN_EVERY_MS);
    this.#pass();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#abort.abort();
    for (const wire of this.#wires.values()) wire.end();
    this.#wires.clear();
    this.#wake?.();
  }

  get isStopped(): boolean {
    return this.#abort.signal.aborted;
  }

  /** What came since the last call; empty when nothing did. */
  takeWaiting(): readonly FeedInput[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    return waiting;
  }

  /** Resolves when something waits, or at `stop`. */
  async changed(): Promise<void> {
    if (this.#waiting.length > 0 || this.#abort.signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = null;
  }

  health(): FeedHealth {
    const { clock } = this.#deps;
    const [wallMs, monotonicMs] = [clock.nowMs(), clock.monotonicMs()];
    const heard = this.#symbols === null ? [...this.#dataAtMs.keys()] : null;
    const all = heard?.length === 0 ? [ALL_SYMBOLS] : heard;
    const connections = this.#plan.connections().map((connection) => {
      const { sinceMs, downSinceMs, symbols } = connection;
      const onTheWall = (atMs: number) => Math.round(wallMs - (monotonicMs - atMs));
      const times = { sinceMs: onTheWall(sinceMs), downSinceMs: onTheWall(downSinceMs) };
      return { ...connection, ...times, symbols: all ?? symbols };
    });
    const { counts } = this.#tap;
    return {
      symbols: symbolHealth({
        symbols: all ?? this.#source.symbols,
        connections,
        dataAtMs: this.#dataAtMs,
        rejection: (symbol) => this.#plan.rejection(symbol),
        nowMs: wallMs,
      }),
      connections: connections.map(({ id, symbols, state, sinceMs, why }) => {
        return { id, symbols: heard?.length ?? symbols.length, state, sinceMs, why };
      }),
      clock: this.#tap.clock,
      counts: {
        ...counts,
        duplicates: this.#tap.duplicates,
        overflowed: this.#overflowed + this.#tap.overflowed,
        connects: this.#plan.connects,
      },
    };
  }

  /** Everything that is due by time. */
  #pass(): void {
    const { clock } = this.#deps;
    const nowMs = clock.monotonicMs();
    // Behind a stall frames wait in the kernel: they are read before anybody is called dead or a
    // window closes.
    const stalled = !this.#postponed && nowMs - this.#passedAtMs > STALL_MS;
    this.#passedAtMs = nowMs;
    this.#postponed = stalled;
    if (stalled) return;
    this.#checkClock();
    const isCovered = (old: number, successor: number) => this.#tap.isCovered(old, successor);
    this.#act(this.#plan.tick(nowMs, isCovered));
    // Time that a full queue could not take either is not counted: the next tick tells it all.
    const hasRoom = this.#waiting.length < WAITING_INPUTS_MAX;
    if (hasRoom && nowMs - this.#tickedAtMs >= TICK_EVERY_MS) {
      this.#tickedAtMs = nowMs;
      this.#happened({ kind: 'tick' });
    }
    const isKnown = this.#tap.clock.confidence !== 'none';
    if (nowMs - this.#askedAtMs < (isKnown ? ASK_TIME_EVERY_MS : ASK_TIME_AGAIN_MS)) return;
    this.#askedAtMs = nowMs;
    void this.#askTime();
  }

  /** Before anything is given a time: what was received behind a step must not be judged by before. */
  #checkClock(): void {
    const { clock, onNotice } = this.#deps;
    const aheadMs = clock.nowMs() - clock.monotonicMs();
    const stepMs = Math.round(aheadMs - this.#clockAheadMs);
    this.#clockAheadMs = aheadMs;
    if (Math.abs(stepMs) <= CLOCK_STEP_MS) return;
    this.#happened({ kind: 'clock_set' });
    onNotice(`the local clock was set by ${stepMs} ms`);
  }

  async #askTime(): Promise<void> {
    const limit = AbortSignal.timeout(ASK_TIME_TIMEOUT_MS);
    const signal = AbortSignal.any([limit, this.#abort.signal]);
    const answer = await this.#source.askTime(signal);
    if (answer === null || this.#abort.signal.aborted) return;
    this.#happened({ kind: 'venue_time', ...answer });
  }

  #act(actions: readonly PlanAction[]): void {
    for (const action of actions) {
      switch (action.kind) {
        case 'open':
          this.#open(action.connection, action.symbols);
          break;
        case 'send':
          for (const text of action.texts) this.#wires.get(action.connection)?.send(text);
          break;
        case 'close':
          this.#gone(action.connection, action.why);
          break;
      }
    }
  }

  #open(id: number, planned: readonly string[]): void {
    const symbols = this.#symbols === null ? [] : planned;
    const { clock } = this.#deps;
    const isOurs = () => this.#wires.has(id);
    const wire = this.#source.openWire(symbols, {
      opened: () => {
        if (!isOurs()) return;
        this.#happened({ kind: 'opened', connection: id, symbols });
        this.#act(this.#plan.opened(id, clock.monotonicMs()));
      },
      frame: (data) => {
        if (isOurs()) this.#received(id, data);
      },
      heard: () => {
        this.#plan.heard(id, clock.monotonicMs());
      },
      closed: (why) => {
        if (!isOurs()) return;
        this.#plan.closed(id, why, clock.monotonicMs());
        this.#gone(id, why);
      },
    });
    this.#wires.set(id, wire);
  }

  /** The plan knows already; the wire may still believe that it is open. */
  #gone(id: number, why: string): void {
    const wire = this.#wires.get(id);
    if (wire === undefined) return;
    this.#wires.delete(id);
    wire.end();
    this.#happened({ kind: 'closed', connection: id, why });
    this.#deps.onNotice(`${this.#source.stream.venue} connection ${id}: ${why}`);
  }

  #received(id: number, data: FrameData): void {
    const frame: WireFrame = { ...data, connection: id };
    const message = readFrame(this.#source.stream, frame);
    const { clock } = this.#deps;
    this.#checkClock();
    const planned = this.#asPlanned(message);
    if (message.kind === 'trades') {
      this.#noteData(message.symbol);
      if (this.#waiting.length >= WAITING_INPUTS_MAX) {
        this.#overflowed += message.trades.length;
        this.#happened({ kind: 'overflow', symbol: message.symbol });
        this.#act(this.#plan.message(id, planned, clock.monotonicMs()));
        return;
      }
    }
    const atMs = clock.nowMs();
    this.#deps.onWire(frame, atMs);
    this.#give(this.#tap.take({ kind: 'message', connection: id, message }, atMs));
    this.#act(this.#plan.message(id, planned, clock.monotonicMs()));
  }

  #noteData(symbol: string): void {
    const isAsked = this.#symbols?.has(symbol) ?? this.#dataAtMs.size < HEARD_SYMBOLS_MAX;
    if (isAsked || this.#dataAtMs.has(symbol)) this.#dataAtMs.set(symbol, this.#deps.clock.nowMs());
  }

  #asPlanned(message: StreamMessage): StreamMessage {
    if (this.#symbols !== null || message.kind !== 'trades') return message;
    return { ...message, symbol: ALL_SYMBOLS };
  }

  #happened(event: Exclude<WireEvent, WireFrame>): void {
    const atMs = this.#deps.clock.nowMs();
    this.#deps.onWire(event, atMs);
    this.#give(this.#tap.take(event, atMs));
  }

  #give(inputs: readonly FeedInput[]): void {
    if (inputs.length === 0) return;
    for (const input of inputs) this.#waiting.push(input);
    this.#wake?.();
  }
}
