import type { LimitRow } from '../../engine/explain/limit-rows.js';

const REQUIRED = { '<': 'less than', '<=': 'at most', '>': 'more than', '>=': 'at least' } as const;

/** `exposure 2 940.10 of 3 000.00 USDT, 59.90 left`. */
export function limitWords(row: LimitRow): string {
  const { name, relation, value, limit, outcome } = row;
  const amount = (text: string) => (row.unit === 'USDT' ? moneyWords(text) : amountWords(text));
  switch (relation) {
    case 'one of':
      return `${name} ${value ?? 'missing'}, required ${several(limit)}`;
    case 'named':
      return `${name} ${value === null || value === '' ? 'missing' : value}`;
    case 'none':
      return `${name} ${value ?? 'none'}`;
    default: {
      const unit = unitWords(row.unit);
      const required = `${REQUIRED[relation]} ${amount(String(limit))}${unit}`;
      if (value === null)
        return `${name} missing, required ${required}${outcome === 'passes' ? ' where it is known' : ''}`;
      const room = roomWords(row, amount);
      return relation.startsWith('<')
        ? `${name} ${amount(value)} of ${amount(String(limit))}${unit}, ${room}`
        : `${name} ${amount(value)}, required ${required}: ${room}`;
    }
  }
}

/** With its blank; a fraction and a price say what they are in their name. */
export function unitWords(unit: string): string {
  if (unit === '' || unit === 'fraction' || unit === 'price') return '';
  return ` ${unit === 'sec' ? 's' : unit}`;
}

function roomWords({ room, relation }: LimitRow, amount: (text: string) => string): string {
  if (room === null) return 'no amount between them';
  if (room === '0') return relation.endsWith('=') ? 'at its limit, which passes' : 'at its limit';
  if (!room.startsWith('-'))
    return relation.startsWith('<') ? `${amount(room)} left` : `${amount(room)} above`;
  const short = amount(room.slice(1));
  return relation.startsWith('<') ? `${short} over` : `${short} short`;
}

function several(limit: LimitRow['limit']): string {
  return typeof limit === 'string' || limit === null ? (limit ?? '') : `one of ${limit.join(', ')}`;
}

/** Eight places at most, no blank ones; what is no amount stays as it is. */
export function amountWords(text: string): string {
  if (!/^-?\d+\.\d+$/.test(text)) return text;
  const [whole = '', places = ''] = text.split('.');
  const kept = places.slice(0, 8).replace(/0+$/, '');
  return kept === '' ? whole : `${whole}.${kept}`;
}

/** Two places, or all of them where they count. */
function moneyWords(text: string): string {
  const plain = amountWords(text);
  const [whole = '', places = ''] = plain.split('.');
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ' ')}.${places.padEnd(2, '0')}`;
}
