import { WebSocket, type RawData } from 'ws';
import type { FeedInput } from '../../engine/domain/inputs.js';
import type { Clock } from '../../engine/ports/clock.js';
import type { FeedHealth } from '../../engine/ports/feed.js';
import { ConnectionPlan, type PlanAction, type PlanLimits } from './connection-plan.js';
import { readFrame, type WireEvent, type WireFrame } from './feed-event.js';
import { excerpt } from './frame-object.js';
import { symbolHealth } from './feed-health.js';
import { TradeTap } from './trade-tap.js';
import { askVenueTime } from './venue-time.js';
import type { VenueStream } from './venue-stream.js';

export interface LiveSource {
  readonly stream: VenueStream;
  readonly symbols: readonly string[];
  readonly socketBaseUrl: string;
  /** Where the venue says its time. */
  readonly timeUrl: string;
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
const ASK_TIME_TIMEOUT_MS = 5_000;
/** A step of the local clock larger than this is no slewing. */
const CLOCK_STEP_MS = 250;
/** Some minutes of one busy market; about 50 MB. */
const WAITING_INPUTS_MAX = 100_000;
/** No frame of a trade stream comes near. */
const FRAME_BYTES_MAX = 1_048_576;

/** The sockets of a live feed, from start to stop: the shell around plan and tap. */
export class LiveSession {
  readonly #source: LiveSource;
  readonly #deps: LiveDepends;
  readonly #plan: ConnectionPlan;
  readonly #tap: TradeTap;
  readonly #sockets = new Map<number, WebSocket>();
  readonly #symbols: ReadonlySet<string>;
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
    this.#symbols = new Set(symbols);
    this.#plan = new ConnectionPlan(stream, symbols, {
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
    for (const socket of this.#sockets.values()) socket.terminate();
    this.#sockets.clear();
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
    const connections = this.#plan.connections().map((connection) => {
      const { sinceMs, downSinceMs } = connection;
      const onTheWall = (atMs: number) => Math.round(wallMs - (monotonicMs - atMs));
      return { ...connection, sinceMs: onTheWall(sinceMs), downSinceMs: onTheWall(downSinceMs) };
    });
    const { counts } = this.#tap;
    return {
      symbols: symbolHealth({
        symbols: this.#source.symbols,
        connections,
        dataAtMs: this.#dataAtMs,
        rejection: (symbol) => this.#plan.rejection(symbol),
        nowMs: wallMs,
      }),
      connections: connections.map(({ id, symbols, state, sinceMs, why }) => {
        return { id, symbols: symbols.length, state, sinceMs, why };
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
    if (nowMs - this.#askedAtMs < ASK_TIME_EVERY_MS) return;
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
    const answer = await askVenueTime(this.#source.timeUrl, this.#deps.clock, signal);
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
          for (const text of action.texts) this.#sockets.get(action.connection)?.send(text);
          break;
        case 'close':
          this.#gone(action.connection, action.why);
          break;
      }
    }
  }

  #open(id: number, symbols: readonly string[]): void {
    const { stream, socketBaseUrl, limits } = this.#source;
    const socket = new WebSocket(stream.socketUrl(socketBaseUrl, symbols), {
      handshakeTimeout: limits.connectMs,
      maxPayload: FRAME_BYTES_MAX,
      perMessageDeflate: false,
    });
    this.#sockets.set(id, socket);
    let fault = '';
    socket.on('open', () => {
      if (this.#sockets.get(id) !== socket) return;
      this.#happened({ kind: 'opened', connection: id, symbols });
      this.#act(this.#plan.opened(id, this.#deps.clock.monotonicMs()));
    });
    socket.on('message', (data: RawData, isBinary: boolean) => {
      if (this.#sockets.get(id) === socket) this.#received(id, data, isBinary);
    });
    socket.on('ping', () => {
      this.#plan.heard(id, this.#deps.clock.monotonicMs());
    });
    socket.on('error', (error) => {
      fault = error.message;
      // Otherwise `ws` waits half a minute for the venue to answer its close frame.
      socket.terminate();
    });
    socket.on('close', (code, reason) => {
      if (this.#sockets.get(id) !== socket) return;
      const said = reason.length === 0 ? '' : ` ${excerpt(reason.toString('utf8'))}`;
      const why = fault === '' ? `closed by the venue (${code}${said})` : fault;
      this.#plan.closed(id, why, this.#deps.clock.monotonicMs());
      this.#gone(id, why);
    });
  }

  /** The plan knows already; the socket may still believe that it is open. */
  #gone(id: number, why: string): void {
    const socket = this.#sockets.get(id);
    if (socket === undefined) return;
    this.#sockets.delete(id);
    socket.terminate();
    this.#happened({ kind: 'closed', connection: id, why });
    this.#deps.onNotice(`${this.#source.stream.venue} connection ${id}: ${why}`);
  }

  #received(id: number, data: RawData, isBinary: boolean): void {
    const bytes = bytesOf(data);
    const frame: WireFrame = isBinary
      ? { kind: 'binary', connection: id, bytes }
      : { kind: 'text', connection: id, text: bytes.toString('utf8') };
    const message = readFrame(this.#source.stream, frame);
    const { clock } = this.#deps;
    this.#checkClock();
    if (message.kind === 'trades') {
      if (this.#symbols.has(message.symbol)) this.#dataAtMs.set(message.symbol, clock.nowMs());
      if (this.#waiting.length >= WAITING_INPUTS_MAX) {
        this.#overflowed += message.trades.length;
        this.#happened({ kind: 'overflow', symbol: message.symbol });
        this.#act(this.#plan.message(id, message, clock.monotonicMs()));
        return;
      }
    }
    const atMs = clock.nowMs();
    this.#deps.onWire(frame, atMs);
    this.#give(this.#tap.take({ kind: 'message', connection: id, message }, atMs));
    this.#act(this.#plan.message(id, message, clock.monotonicMs()));
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

/** `ws` is asked for whole buffers; the other forms are its types' only. */
function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
