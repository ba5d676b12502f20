import { STREAMS } from '../../engine/domain/wire/streams.js';
import { evidence, notExamined, type Check } from '../check.js';
import { fieldFaults, requiredFields } from './required-fields.js';
import { figureOf, recentOf, streamCheck, type StreamName } from './sample.js';

const NAMES = Object.keys(STREAMS) as StreamName[];
/** Fewer candles without volume may be fewer trades than eight decimals show. */
const SILENT_CANDLES_MIN = 5;

const fields = streamCheck({
  id: 'streams.fields',
  level: 'P1',
  title: 'entries have the fields that their readers need',
  matters: 'a missing field is refused by the publisher or dropped by the reader, without a word',
  components: ['signal', 'risk', 'execution', 'regime'],
  examine: ({ samples }) => {
    const { value } = samples;
    let looked = 0;
    const bad = NAMES.flatMap((name) => {
      const entries = recentOf(value, name);
      looked += entries.length;
      const required = requiredFields(name, value.writer);
      const faults = entries.flatMap((entry) => {
        const found = fieldFaults(entry, required);
        return found.length === 0 ? [] : [{ entry, words: found.join(', ') }];
      });
      const last = faults.at(-1);
      if (last === undefined) return [];
      const { name: stream } = STREAMS[name];
      const count = faults.length;
      const what = `${stream}: ${count} of ${entries.length} entries, the last ${last.entry.id}: ${last.words}`;
      return [{ count, what }];
    });
    if (looked === 0) return notExamined('no entry within the window');
    const [first] = bad;
    if (first === undefined) {
      const says = `${looked} entries have all that their readers need`;
      return { status: 'OK', says, evidence: [evidence(samples, says)] };
    }
    return {
      status: 'FAIL',
      says: bad.map(({ what }) => what).join('; '),
      evidence: bad.map(({ what }) => evidence(samples, what)),
      figures: { entries: looked, faulty: bad.reduce((sum, { count }) => sum + count, 0) },
      remedy: {
        does: 'look at such an entry, then at the errors of the service that publishes it',
        command: `cdb streams tail ${first.what.split(':')[0] ?? ''} -n 3`,
        risk: 'none: it only reads',
        gate: null,
      },
    };
  },
});

const volume = streamCheck({
  id: 'streams.volume',
  level: 'P1',
  title: 'candles with trades have a volume',
  matters:
    'a volume of 0 means that the quantity is lost under an old name: volume filters block all',
  components: ['candles', 'signal'],
  examine: ({ samples }) => {
    const traded = recentOf(samples.value, 'candles').filter(
      (candle) => (figureOf(candle, 'trades') ?? 0) > 0,
    );
    const newest = traded.slice(-SILENT_CANDLES_MIN);
    if (newest.length < SILENT_CANDLES_MIN) return notExamined('too few candles with trades');
    const without = traded.filter((candle) => figureOf(candle, 'volume') === 0).length;
    const says = `${without} of ${traded.length} candles with trades have volume 0`;
    const isLost = newest.every((candle) => figureOf(candle, 'volume') === 0);
    return {
      status: isLost ? 'FAIL' : 'OK',
      says,
      evidence: [evidence(samples, `${STREAMS.candles.name}: ${says}`)],
      figures: { candles: traded.length, without_volume: without },
      ...(isLost && {
        remedy: {
          does: 'see whether trades carry "trade_qty": publisher and candles disagree on its name',
          command: 'cdb doctor --only streams.market_data',
          risk: 'none: it only reads',
          gate: null,
        },
      }),
    };
  },
});

export const FIELD_CHECKS: readonly Check[] = [fields, volume];
