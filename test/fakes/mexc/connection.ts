import type { WebSocket } from 'ws';
import type { Random } from '../venue/seeded-random.js';
import type { Wire } from '../venue/wire.js';
import type { Channel } from './channel-name.js';
import type { FaultBoard } from './fault-board.js';
import type { Fault, OptionalField } from './faults.js';
import { encodeFrame, encodeVaried, type FrameMembers } from './frame-encoder.js';
import type { ConnectionLog, SentFrame, SentTrade } from './sent-log.js';
import { foreignFrame, hugeFrame } from './stray-frames.js';

/** What a connection needs of the venue that it belongs to. */
export interface ConnectionVenue {
  readonly board: FaultBoard;
  readonly random: Random;
  elapsedMs(): number;
  nowMs(): number;
  /** Whether one more frame with so many trades is kept in the log. */
  keeps(trades: number): boolean;
}

export interface Subscription {
  readonly channel: Channel;
  /** Only trades after this one of the market are delivered. */
  readonly afterSequence: number;
  /** Acknowledged, and never served. */
  readonly mute: boolean;
  /** Repeats that wait for the next frame. */
  owed: number;
}

export interface DataFrame {
  readonly content: SentFrame['content'];
  readonly channel: string;
  readonly members: FrameMembers;
  readonly trades: readonly SentTrade[];
  /** The usual encoding, where it is there already. */
  readonly encoded?: Buffer;
}

/** A client that reads so slowly that this much waits for it is dropped. */
const BACKLOG_BYTES_MAX = 32 * 1024 * 1024;
/** Less than the shortest last field, so that the cut always goes through one. */
const TORN_BYTES = 4;
const NONE: ReadonlySet<OptionalField> = new Set();
const USUALLY_OPTIONAL: readonly OptionalField[] = ['symbol', 'sendTime', 'eventType', 'tradeId'];

/** One client's websocket: what goes out, what is written down of it, and what is done to it. */
export class Connection {
  readonly subscriptions = new Map<string, Subscription>();
  readonly log: ConnectionLog;
  readonly openedMs: number;
  /** Elapsed ms of the newest market data, or of the first subscription. */
  lastDataMs: number | null = null;
  /** Elapsed ms since which it has no subscription, while it has none. */
  unsubscribedSinceMs: number;
  readonly #socket: WebSocket;
  readonly #wire: Wire;
  readonly #venue: ConnectionVenue;
  #delayed: { readonly dueMs: number; readonly text: string }[] = [];
  #tearNext = false;
  #halfOpen = false;

  constructor(id: number, socket: WebSocket, wire: Wire, venue: ConnectionVenue) {
    this.#socket = socket;
    this.#wire = wire;
    this.#venue = venue;
    this.openedMs = venue.elapsedMs();
    this.unsubscribedSinceMs = this.openedMs;
    this.log = newLog(id, venue.nowMs());
  }

  get id(): number {
    return this.log.id;
  }

  get open(): boolean {
    return this.log.ended === null;
  }

  get halfOpen(): boolean {
    return this.#halfOpen;
  }

  /** Nothing comes, by a fault: the venue's own rule for quiet connections does not help. */
  get silenced(): boolean {
    const all = [...this.subscriptions.values()];
    const mute = all.length > 0 && all.every((one) => one.mute);
    return mute || this.#venue.board.find('silence', this.id) !== undefined;
  }

  /** Optional members that a fault leaves out on this connection. */
  get without(): ReadonlySet<OptionalField> {
    const fault = this.#venue.board.find('fields-missing', this.id);
    return fault === undefined ? NONE : new Set(fault.fields ?? USUALLY_OPTIONAL);
  }

  subscriptionsChanged(before: number): void {
    const after = this.subscriptions.size;
    if (before === 0 && after > 0) this.lastDataMs = this.#venue.elapsedMs();
    if (before > 0 && after === 0) this.unsubscribedSinceMs = this.#venue.elapsedMs();
  }

  /** An answer to a control frame; acks may be late by a fault. */
  answer(text: string, delayMs = 0): void {
    if (delayMs > 0) this.#delayed.push({ dueMs: this.#venue.elapsedMs() + delayMs, text });
    else this.#send({ content: 'control', about: text, intact: true, trades: [] }, text);
  }

  sendDelayed(): void {
    const nowMs = this.#venue.elapsedMs();
    const due = this.#delayed.filter((one) => one.dueMs <= nowMs);
    this.#delayed = this.#delayed.filter((one) => one.dueMs > nowMs);
    for (const { text } of due) this.answer(text);
  }

  sendData(frame: DataFrame): void {
    this.lastDataMs = this.#venue.elapsedMs();
    const whole = this.#encode(frame);
    const torn = this.#tearNext && frame.content === 'deals';
    if (torn) this.#tearNext = false;
    const { content, channel: about, trades } = frame;
    this.#send(
      { content, about, intact: !torn, trades },
      torn ? whole.subarray(0, -TORN_BYTES) : whole,
    );
  }

  /** Sets how bytes leave by the faults of the moment. */
  applyManner(): void {
    const { board } = this.#venue;
    this.#wire.manner.bytesPerSecond = board.find('slow', this.id)?.bytesPerSecond ?? null;
    this.#wire.manner.fragmentBytes = board.find('fragments', this.id)?.bytes ?? null;
  }

  /** A fault that strikes once. */
  strike(fault: Fault): void {
    // Who is half-open hears of nothing any more, but TCP can still end.
    if (this.#halfOpen && fault.kind !== 'cut' && fault.kind !== 'reset') return;
    switch (fault.kind) {
      case 'cut':
        this.end('cut by a fault');
        break;
      case 'reset':
        this.log.ended ??= 'reset by a fault';
        this.#wire.reset();
        break;
      case 'half-open':
        this.#halfOpen = true;
        this.#wire.goHalfOpen();
        break;
      case 'close':
        this.log.ended ??= `closed with ${fault.code} by a fault`;
        this.#socket.close(fault.code, fault.reason ?? '');
        break;
      case 'torn-frame':
        this.#tearNext = true;
        break;
      case 'foreign-frame':
        this.#sendForeign(foreignFrame(fault.content, this.#venue.random));
        break;
      case 'huge-frame':
        this.#sendForeign(hugeFrame(fault.bytes));
        break;
      case 'server-ping':
        this.#socket.ping();
        break;
      default:
        throw new Error(`${fault.kind} does not strike a connection`);
    }
  }

  /** Without a close frame, as the venue does it too. */
  end(why: string): void {
    this.log.ended ??= why;
    this.#socket.terminate();
  }

  #encode({ members, encoded }: DataFrame): Buffer {
    const { board, random } = this.#venue;
    const grown = board.find('schema-growth', this.id) !== undefined;
    const shuffled = board.find('field-order', this.id) !== undefined;
    if (!grown && !shuffled) return encoded ?? encodeFrame(members);
    const variation = {
      unknownFields: grown ? 'everywhere' : 'none',
      order: shuffled ? 'shuffled' : 'ascending',
    } as const;
    return encodeVaried(members, variation, random);
  }

  #sendForeign(what: string | Buffer): void {
    this.#send({ content: 'foreign', about: 'by a fault', intact: false, trades: [] }, what);
  }

  #send(
    what: Pick<SentFrame, 'content' | 'about' | 'intact' | 'trades'>,
    data: string | Buffer,
  ): void {
    if (!this.open || this.#halfOpen) return;
    if (this.#socket.bufferedAmount > BACKLOG_BYTES_MAX) {
      this.end('dropped: the client reads too slowly');
      return;
    }
    this.log.framesSent += 1;
    this.log.tradesSent += what.trades.length;
    const frame: SentFrame = {
      ...what,
      number: this.log.framesSent,
      sentAtMs: this.#venue.nowMs(),
      bytes: Buffer.byteLength(data),
      flushed: false,
    };
    if (this.#venue.keeps(frame.trades.length)) this.log.frames.push(frame);
    else this.log.framesDropped += 1;
    this.#socket.send(data, { binary: typeof data !== 'string' }, (error) => {
      frame.flushed = !error;
    });
  }
}

function newLog(id: number, openedAtMs: number): ConnectionLog {
  return {
    id,
    openedAtMs,
    endedAtMs: null,
    ended: null,
    requests: [],
    channels: [],
    frames: [],
    framesSent: 0,
    tradesSent: 0,
    pingsReceived: 0,
    pongsReceived: 0,
    notUnderstood: 0,
    framesDropped: 0,
  };
}
