import type { Config } from '../../../config/parse-config.js';
import type { ReadableLog } from '../../../commands/operator-ports.js';
import type {
  SampleEntry,
  SampleLimits,
  StreamSample,
  StreamSamples,
} from '../../../doctor/redis/facts.js';
import { STREAM_LIST, STREAMS } from '../../../engine/domain/wire/streams.js';
import { THRESHOLD_SETS } from '../../../engine/domain/thresholds.js';
import { serverTimeOf, type LogEntry, type StreamInfo } from '../../../engine/ports/event-log.js';
import { logIdText } from '../../../view/stream-page.js';
import { streamView } from '../../../view/streams-json.js';

/**
 * Newest entries of each stream. The positions follow from all results since the stream began, and a
 * day of regimes of some symbols is some thousand entries; orders carry their whole decision.
 */
const ENTRIES_MAX: Readonly<Record<string, number>> = {
  [STREAMS.fills.name]: 5_000,
  [STREAMS.regimes.name]: 5_000,
};
const ENTRIES_MAX_OTHERS = 300;
const VALUE_CHARS_MAX = 16_000;
/** Quantities have eight decimals, so an amount at its limit may be a little above it. */
const ROUNDING = 0.000_01;

/** @param readEntries null where they may not be read */
export async function sampleStreams(
  log: Pick<ReadableLog, 'list'>,
  readEntries: (name: string, limit: number) => Promise<readonly LogEntry[] | null>,
): Promise<readonly StreamSample[]> {
  const infos = await log.list();
  const known = infos.filter(({ name }) => STREAM_LIST.some((spec) => spec.name === name));
  return Promise.all(
    known.map(async (info) => {
      const limit = ENTRIES_MAX[info.name] ?? ENTRIES_MAX_OTHERS;
      return sampleOf(info, await readEntries(info.name, limit));
    }),
  );
}

function sampleOf(info: StreamInfo, entries: readonly LogEntry[] | null): StreamSample {
  return {
    view: streamView(info),
    entries: entries === null ? null : entries.map(entryOf),
    // Some may have come since they were counted.
    isWhole: entries !== null && info.entriesAdded !== null && entries.length >= info.entriesAdded,
  };
}

function entryOf({ id, fields }: LogEntry): SampleEntry {
  const short = Object.entries(fields).map(([name, value]) => [
    name,
    value.slice(0, VALUE_CHARS_MAX),
  ]);
  return {
    id: logIdText(id),
    atMs: serverTimeOf(id),
    fields: Object.fromEntries(short) as Readonly<Record<string, string>>,
  };
}

/** A stack has the regime limit that it was deployed with, whatever our own engine would take. */
export function sampleLimits(
  { thresholdValues }: Config,
  writer: StreamSamples['writer'],
): SampleLimits {
  const { risk, regime, intake, gate } = thresholdValues;
  const { atrHighVol, atrHighVolBps } = writer === 'cdb' ? regime : THRESHOLD_SETS.reference.regime;
  return {
    balanceUsdt: risk.balanceUsdt,
    positionFraction: risk.maxPositionFraction,
    exposureFraction: risk.maxTotalExposureFraction,
    roomFraction: ROUNDING + (writer === 'cdb' ? risk.priceBoundBps / 10_000 : 0),
    atrHighVol,
    atrHighVolBps,
    futureMs: intake.futureMsMax,
    tickAgeMs: gate.dataSilenceSecMax * 1_000,
  };
}
