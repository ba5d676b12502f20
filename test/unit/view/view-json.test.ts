import { describe, expect, it } from 'vitest';
import { systemView } from '../../../src/view/system-view.js';
import { readSystemView, systemViewJson } from '../../../src/view/view-json.js';
import { audit, fakeEngineStatus } from '../../fakes/fake-engine-status.js';

function plain(value: unknown): Readonly<Record<string, unknown>> {
  const parsed: Record<string, unknown> = JSON.parse(JSON.stringify(value));
  return parsed;
}

const json = () => plain(systemViewJson(systemView(fakeEngineStatus())));

describe('system view JSON', () => {
  it('comes back as the same view', () => {
    const read = readSystemView(json());
    expect(read).not.toBeNull();
    expect(read && plain(systemViewJson(read))).toEqual(json());
  });

  it('puts every figure under its own name, there and back', () => {
    const status = fakeEngineStatus({
      audit: audit({ lagMs: 7, spoolBatches: 8, spoolBytes: 9 }),
      rssBytes: 10,
    });
    const figures = {
      audit: { lag_ms: { value: 7 }, spool_batches: { value: 8 }, spool_bytes: { value: 9 } },
      portfolio: {
        amounts_usdt: {
          equity: { value: '10012.34000000' },
          cash: { value: '9500.00000000' },
          exposure: { value: '512.34000000' },
          realized_pnl: { value: '10.00000000' },
          unrealized_pnl: { value: '2.34000000' },
          fees: { value: '1.20000000' },
          daily_pnl: { value: '12.34000000' },
        },
        open_positions: { value: 1 },
        open_orders: { value: 0 },
      },
      counts: { trades: { value: 4_800 }, allowed: { value: 6 }, blocked: { value: 35 } },
      symbols: [
        { last_price: { value: '90680.10000000' }, atr: { value: 31.25 }, adx: { value: null } },
      ],
      rss_bytes: { value: 10 },
    };
    const sent = plain(systemViewJson(systemView(status)));
    expect(sent).toMatchObject(figures);
    const read = readSystemView(sent);
    expect(read && plain(systemViewJson(read))).toMatchObject(figures);
  });

  it('names its version', () => {
    expect(json()['schema']).toBe('cdb.status/1');
  });

  it('gives every figure a source and a time', () => {
    const bare: string[] = [];
    const walk = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      const members = Object.entries(value);
      if ('value' in value && !('source' in value && 'observed_at' in value)) bare.push(path);
      for (const [name, member] of members) walk(member, `${path}.${name}`);
    };
    walk(json(), '');
    expect(bare).toEqual([]);
  });

  it.each([
    ['another version', { ...json(), schema: 'cdb.status/2' }],
    ['a missing part', { ...json(), audit: undefined }],
    ['a figure without its time', { ...json(), rss_bytes: { value: 1, source: 'engine' } }],
    ['no object', 'ok'],
  ])('is refused: %s', (_, body) => {
    expect(readSystemView(body)).toBeNull();
  });
});
