import {
  EXACT_JSON_LIMITS,
  isExactObject,
  JsonFloat,
  readExactJson,
  type ExactJson,
  type ExactObject,
} from '../../engine/domain/exact-json.js';

type Kind = 'text' | 'number' | 'integer';

/** The schema of topic `market_data`, which allows no other fields. */
const REQUIRED: Readonly<Record<string, Kind>> = {
  schema_version: 'text',
  source: 'text',
  symbol: 'text',
  ts_ms: 'integer',
  price: 'text',
  trade_qty: 'text',
  side: 'text',
};
const OPTIONAL: Readonly<Record<string, Kind>> = {
  ...{ trade_id: 'text', type: 'text', venue: 'text', interval: 'text' },
  ...{ volume: 'number', pct_change: 'number' },
  ...{ open: 'text', high: 'text', low: 'text', close: 'text' },
};
const VERSION = 'v1.0';
const SIDES: readonly ExactJson[] = ['buy', 'sell', 'unknown'];

/** Null: the text is no JSON object (a NaN in it is told elsewhere). */
export function readMessage(text: string): ExactObject | null {
  const read = readExactJson(text, { ...EXACT_JSON_LIMITS, nonFinite: true });
  return read.ok && isExactObject(read.value) ? read.value : null;
}

/** @returns what the schema refuses, a few words each; empty: nothing */
export function schemaFaults(message: ExactObject): readonly string[] {
  const faults: string[] = [];
  const isOld = message.has('qty') && !message.has('trade_qty');
  if (isOld) faults.push('"qty" in place of "trade_qty"');
  for (const [name, kind] of Object.entries(REQUIRED)) {
    const value = message.get(name);
    if (value === undefined) {
      if (!(isOld && name === 'trade_qty')) faults.push(`no ${name}`);
    } else if (!isOf(kind, value)) faults.push(`${name} is no ${kind}`);
  }
  for (const [name, value] of message) {
    if (Object.hasOwn(REQUIRED, name) || (isOld && name === 'qty')) continue;
    const kind = Object.hasOwn(OPTIONAL, name) ? OPTIONAL[name] : undefined;
    if (kind === undefined) faults.push(`"${name.slice(0, 30)}" is no field of it`);
    else if (value !== null && !isOf(kind, value)) faults.push(`${name} is no ${kind}`);
  }
  const version = message.get('schema_version');
  if (typeof version === 'string' && version !== VERSION) faults.push('another schema_version');
  const side = message.get('side');
  if (typeof side === 'string' && !SIDES.includes(side)) faults.push('side is none of buy, sell');
  return faults;
}

export function textOf(message: ExactObject, name: string): string {
  const value = message.get(name);
  return typeof value === 'string' ? value : '';
}

export function integerOf(message: ExactObject, name: string): number | null {
  const value = message.get(name);
  return typeof value === 'bigint' ? Number(value) : null;
}

function isOf(kind: Kind, value: ExactJson): boolean {
  if (kind === 'text') return typeof value === 'string';
  return typeof value === 'bigint' || (kind === 'number' && value instanceof JsonFloat);
}
