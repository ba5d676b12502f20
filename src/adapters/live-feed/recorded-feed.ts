import { stat } from 'node:fs/promises';
import type { FeedInput } from '../../engine/domain/inputs.js';
import type { Feed } from '../../engine/ports/feed.js';
import { fileDamaged, notATradesFile, symbolsAbsent } from '../files-feed/feed-errors.js';
import { fileBytes, isByteFault } from '../files-feed/file-bytes.js';
import { identifyFile } from '../files-feed/file-identity.js';
import { lineCutter } from '../files-feed/lines.js';
import { describeFile, symbolFilter } from '../files-feed/trade-file-feed.js';
import { unreadableRow } from '../files-feed/trade-row.js';
import { isLiveVenue, type LiveVenue } from '../../config/live-venues.js';
import { VENUE_STREAMS } from '../venue-streams.js';
import { readFrame, type FeedEvent, type WireEvent } from './feed-event.js';
import {
  isReadableVersion,
  isRecordingStart,
  readRecordingLine,
  UNNUMBERED,
} from './recording-lines.js';
import { TradeTap } from './trade-tap.js';
import type { VenueStream } from './venue-stream.js';

/** A text frame of 1 MiB in which every sign is escaped (six bytes), with room for its head. */
const LINE_BYTES_MAX = 7 * 1_048_576;
/** Plain captures do not say where they are from; this is what there are some of. */
const PLAIN_CAPTURE_VENUE: LiveVenue = 'binance';

/** @throws when the file can't be read; a pipe is not opened, because that would wait for a writer */
export async function isRecording(path: string): Promise<boolean> {
  if (!(await stat(path)).isFile()) return false;
  for await (const item of fileBytes(path)) {
    if (isByteFault(item)) return false;
    return isRecordingStart(item.subarray(0, 64).toString('utf8'));
  }
  return false;
}

/**
 * What a live feed received (`cdb run --record`), or a plain capture of a stream, as a feed: the
 * same frames give the same inputs as they did live, times included.
 */
export async function openRecordedFeed(
  path: string,
  options: { readonly symbols: readonly string[] },
): Promise<Feed> {
  const file = await identifyFile(path);
  const symbols = [...new Set(options.symbols)].sort();
  return {
    identity: `recording;v1;sha256=${file.sha256}${symbolFilter(symbols)}`,
    description: describeFile(path, symbols),
    finite: true,
    inputs: async function* (skip, signal) {
      await file.assertUnchanged();
      yield* selectedInputs(path, symbols, skip, signal);
    },
    health: () => null,
  };
}

async function* selectedInputs(
  path: string,
  symbols: readonly string[],
  skip: number,
  signal: AbortSignal,
): AsyncGenerator<readonly FeedInput[]> {
  let passed = 0;
  const player = new Player(path, symbols);
  for await (const lines of fileLines(path)) {
    if (signal.aborted) return;
    const inputs = lines.flatMap((line) => player.play(line));
    const fresh = inputs.slice(Math.max(0, skip - passed));
    passed += inputs.length;
    if (fresh.length > 0) yield fresh;
  }
  if (symbols.length > 0 && player.trades === 0 && !signal.aborted) {
    throw symbolsAbsent(path, symbols, []);
  }
}

async function* fileLines(path: string): AsyncGenerator<readonly (string | null)[]> {
  const cutter = lineCutter(LINE_BYTES_MAX);
  let count = 0;
  for await (const item of fileBytes(path)) {
    if (isByteFault(item)) {
      throw fileDamaged(path, item.fault, { rows: count, bytes: item.bytes });
    }
    const lines = cutter.add(item);
    count += lines.length;
    yield lines;
  }
  yield cutter.end();
}

/** Plays lines into the same bookkeeping that the live feed has. */
class Player {
  readonly #path: string;
  readonly #symbols: readonly string[];
  #stream: VenueStream;
  #tap: TradeTap;
  #isPlain = true;
  trades = 0;

  constructor(path: string, symbols: readonly string[]) {
    this.#path = path;
    this.#symbols = symbols;
    this.#stream = VENUE_STREAMS[PLAIN_CAPTURE_VENUE].stream();
    this.#tap = new TradeTap(this.#stream, symbols);
  }

  play(line: string | null): readonly FeedInput[] {
    if (line === '') return [];
    const read = line === null ? null : readRecordingLine(line);
    // What is no line of a recording is counted by the engine as a row that can't be read.
    if (read === null) return [unreadableRow()];
    if (read.kind === 'head') {
      this.#begin(read.version, read.venue);
      return [];
    }
    const inputs = [...this.#openPlain(read.atMs), ...this.#take(read.event, read.atMs)];
    for (const { kind } of inputs) this.trades += kind === 'TradeObserved' ? 1 : 0;
    return inputs;
  }

  #begin(version: number, venue: string): void {
    if (!isReadableVersion(version)) {
      throw notATradesFile(
        this.#path,
        `it is a recording of form ${version}, which this build does not know`,
      );
    }
    this.#isPlain = false;
    this.#stream = this.#streamOf(venue);
    this.#tap = new TradeTap(this.#stream, this.#symbols);
  }

  #openPlain(atMs: number): readonly FeedInput[] {
    if (!this.#isPlain) return [];
    this.#isPlain = false;
    return this.#tap.take({ kind: 'opened', connection: UNNUMBERED, symbols: [] }, atMs);
  }

  #take(event: WireEvent, atMs: number): readonly FeedInput[] {
    return this.#tap.take(this.#decoded(event), atMs);
  }

  #decoded(event: WireEvent): FeedEvent {
    if (event.kind !== 'text' && event.kind !== 'binary') return event;
    const { connection } = event;
    return { kind: 'message', connection, message: readFrame(this.#stream, event) };
  }

  #streamOf(venue: string): VenueStream {
    if (isLiveVenue(venue)) return VENUE_STREAMS[venue].stream();
    throw notATradesFile(
      this.#path,
      `it was recorded from "${venue}", which this build does not know`,
    );
  }
}
