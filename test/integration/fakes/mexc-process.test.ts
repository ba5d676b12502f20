import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleChild, type ChildBundle } from '../../bundle-child.js';
import {
  FAKE_MEXC_PROGRAM,
  spawnFakeMexc,
  type FakeMexcProcess,
} from '../../fakes/mexc/fake-mexc-process.js';
import { connectPlain, eventually, subscribeDeals } from './plain-client.js';

let bundle: ChildBundle;
let fake: FakeMexcProcess;

beforeAll(async () => {
  bundle = await bundleChild(FAKE_MEXC_PROGRAM, tmpdir());
  fake = await spawnFakeMexc(bundle.script, { speed: 50, tradesBegin: 'first-subscription' });
});

afterAll(async () => {
  await fake.close();
  bundle.remove();
});

test('the fake in its own process plays, breaks and reports', async () => {
  expect(await (await fetch(`${fake.restUrl}/api/v3/ping`)).json()).toEqual({});
  const client = await connectPlain(fake.wsUrl);
  subscribeDeals(client, 'BTCUSDT');
  await eventually(() => client.deals().length >= 100, '100 trades');
  await fake.order({ fault: { kind: 'silence' }, forMs: 50 });
  await fake.endFault('silence');
  await fake.order({ fault: { kind: 'cut' } });
  expect(await client.closed).toBe(1006);
  const sent = await fake.deliverable({ symbol: 'BTCUSDT' });
  expect(client.deals().map(({ tradeId }) => tradeId)).toEqual(sent.map(({ tradeId }) => tradeId));
  const [connection] = await fake.connections();
  expect(connection?.ended).toBe('cut by a fault');
  expect(await fake.happened('BTCUSDT')).toBeGreaterThanOrEqual(sent.length);
  expect((await fake.faults()).map(({ act }) => act)).toEqual(['began', 'ended', 'struck']);
});

test('a command that fails says why and the fake goes on', async () => {
  const client = await connectPlain(fake.wsUrl);
  await expect(fake.order({ fault: { kind: 'close', code: 99 } })).rejects.toThrow(
    'valid error code',
  );
  client.end();
  expect(await fake.happened('NOUSDT')).toBe(0);
});
