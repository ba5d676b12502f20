import { STREAM_FIELDS } from '../../engine/domain/wire/stream-fields.js';
import type { SampleEntry, StreamSamples } from './facts.js';
import type { StreamName } from './sample.js';

const RESULT = 'order_id status symbol side quantity filled_quantity timestamp strategy_id';

/** Without these the readers of a stack do nothing, whatever version it is of. */
const OF_A_STACK: Readonly<Record<StreamName, string>> = {
  candles: 'ts symbol timeframe open high low close volume trades',
  regimes: 'ts symbol timeframe regime',
  allocations: 'ts strategy_id allocation_pct reason',
  signals: 'signal_id strategy_id symbol side timestamp',
  orders: 'symbol side quantity timestamp strategy_id signal_id reason stop_loss_pct client_id',
  ordersBlocked: 'signal_id symbol side reason_code',
  fills: RESULT,
  orderResults: RESULT,
  botShutdown: 'ts reason',
};

/** What their readers take; anything else is dropped there, or ends the reader. */
const WORDS: Readonly<Record<string, RegExp>> = {
  side: /^(?:BUY|SELL)$/,
  status: /^(?:FILLED|REJECTED|ERROR)$/,
  timestamp: /^\d{1,12}$/,
  ts: /^\d{1,12}$/,
};

/** What a text says where a publisher had nothing. */
const NOTHING = new Set(['', 'None', 'null', 'undefined']);
/** Empty where there is nothing to tell, by the wire's own rules. */
const MAY_BE_EMPTY = new Set(['adx', 'atr', 'cooldown_until', 'reason_code']);

export function requiredFields(
  name: StreamName,
  writer: StreamSamples['writer'],
): readonly string[] {
  if (writer !== 'cdb') return OF_A_STACK[name].split(' ');
  const fields: Readonly<Record<string, string>> = STREAM_FIELDS[name];
  return Object.keys(fields).filter((field) => fields[field] === 'always');
}

/** @returns what is wrong with the fields of one entry, a few words each */
export function fieldFaults(
  { fields }: SampleEntry,
  required: readonly string[],
): readonly string[] {
  const missing = required.filter((name) => {
    const text = fields[name];
    return text === undefined || (NOTHING.has(text) && !MAY_BE_EMPTY.has(name));
  });
  const isFilledWithoutPrice = fields['status'] === 'FILLED' && NOTHING.has(fields['price'] ?? '');
  const wrong = Object.entries(WORDS).flatMap(([name, word]) => {
    const text = fields[name];
    if (text === undefined || NOTHING.has(text) || word.test(text)) return [];
    return [`${name} is "${text.slice(0, 20)}"`];
  });
  return [
    ...missing.map((name) => `no ${name}`),
    ...(isFilledWithoutPrice ? ['FILLED without a price'] : []),
    ...wrong,
  ];
}
