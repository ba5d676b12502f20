import type { FeedInput, FeedLost, TradeObserved } from '../../../src/engine/domain/inputs.js';
import type { Clock } from '../../../src/engine/ports/clock.js';
import type { Feed } from '../../../src/engine/ports/feed.js';
import { liveFeed } from '../../../src/adapters/live-feed/live-feed.js';
import type { LiveDepends } from '../../../src/adapters/live-feed/live-session.js';
import type { PlanLimits } from '../../../src/adapters/live-feed/connection-plan.js';
import type { VenueStream } from '../../../src/adapters/live-feed/venue-stream.js';
import { systemClock } from '../../../src/adapters/system-clock.js';
import { until } from '../embedded/embedded-fixture.js';

/** Seconds of the product, in tens of milliseconds: the tests wait for what happens, not for time. */
export const QUICK_LIMITS: PlanLimits = {
  connectMs: 2_000,
  silentMs: 1_500,
  dataMs: 3_000,
  rotateMs: 3_600_000,
  overlapMs: 2_000,
};

interface FeedOptions {
  readonly open: (deps: LiveDepends) => Feed;
  readonly clock?: Clock;
  readonly onWire?: LiveDepends['onWire'];
}

interface ReaderOptions {
  readonly stream: VenueStream;
  readonly symbols: readonly string[];
  readonly wsUrl: string;
  readonly timeUrl?: string;
  readonly limits?: Partial<PlanLimits>;
  readonly onWire?: LiveDepends['onWire'];
  readonly clock?: Clock;
}

/** A live feed that is read as the engine reads it, and all that it said. */
export class FeedReader {
  readonly feed: Feed;
  readonly inputs: FeedInput[] = [];
  readonly notices: string[] = [];
  readonly #abort = new AbortController();
  readonly #reading: Promise<void>;

  constructor(options: ReaderOptions | FeedOptions) {
    const { clock, onWire } = options;
    const deps: LiveDepends = {
      clock: clock ?? systemClock(),
      random: () => 0,
      onWire: onWire ?? (() => undefined),
      onNotice: (text) => this.notices.push(text),
    };
    this.feed = 'open' in options ? options.open(deps) : venueFeed(options, deps);
    this.#reading = this.#read();
  }

  get trades(): readonly TradeObserved[] {
    return this.inputs.filter((input) => input.kind === 'TradeObserved');
  }

  of<K extends FeedInput['kind']>(kind: K): readonly Extract<FeedInput, { kind: K }>[] {
    return this.inputs.filter(
      (input): input is Extract<FeedInput, { kind: K }> => input.kind === kind,
    );
  }

  /** Without the one that every symbol begins with. */
  get losses(): readonly FeedLost[] {
    return this.of('FeedLost').filter(({ reason }) => reason !== 'start');
  }

  state(symbol: string): string {
    return this.feed.health()?.symbols.find((one) => one.symbol === symbol)?.state ?? 'unknown';
  }

  async has(what: string, condition: () => boolean, timeoutMs = 20_000): Promise<void> {
    await until(what, condition, timeoutMs);
  }

  async end(): Promise<void> {
    this.#abort.abort();
    await this.#reading;
  }

  async #read(): Promise<void> {
    for await (const inputs of this.feed.inputs(0, this.#abort.signal)) this.inputs.push(...inputs);
  }
}

function venueFeed(options: ReaderOptions, deps: LiveDepends): Feed {
  const { stream, symbols, wsUrl, timeUrl, limits } = options;
  return liveFeed(
    {
      stream,
      symbols,
      socketBaseUrl: wsUrl.replace(/\/ws$/, ''),
      timeUrl: timeUrl ?? 'http://127.0.0.1:1/',
      limits: { ...QUICK_LIMITS, ...limits },
    },
    deps,
  );
}
