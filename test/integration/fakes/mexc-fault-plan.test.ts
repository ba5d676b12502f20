import { expect, test } from 'vitest';
import { startFakeMexc, type FakeMexc } from '../../fakes/mexc/fake-mexc.js';
import { planFaults, STREAM_FAULTS } from '../../fakes/mexc/fault-plan.js';
import { connectPlain, subscribeDeals, type PlainClient } from './plain-client.js';

test('planFaults draws the same faults for the same seed, within its bounds', () => {
  const plan = {
    seed: 7,
    everyMs: 1000,
    lastsMs: [50, 400],
    faultsMax: 400,
    fromMs: 5000,
  } as const;
  const faults = planFaults(plan);
  expect(planFaults(plan)).toEqual(faults);
  expect(planFaults({ ...plan, seed: 8 })).not.toEqual(faults);
  expect(faults).toHaveLength(400);
  expect(new Set(faults.map(({ fault }) => fault.kind))).toEqual(new Set(STREAM_FAULTS));
  let beforeMs = 5000;
  for (const { atMs, forMs } of faults) {
    expect(atMs - beforeMs).toBeGreaterThanOrEqual(500);
    expect(atMs - beforeMs).toBeLessThanOrEqual(1500);
    if (forMs !== undefined) expect(forMs).toBeGreaterThanOrEqual(50);
    expect(forMs ?? 0).toBeLessThanOrEqual(400);
    beforeMs = atMs;
  }
});

/** Connects again whenever it is cut off or hears nothing for a while. */
async function keepListening(fake: FakeMexc, done: () => boolean): Promise<readonly PlainClient[]> {
  const clients: PlainClient[] = [];
  while (!done()) {
    const client = await connectPlain(fake.wsUrl).catch(() => null);
    if (client === null) continue;
    clients.push(client);
    subscribeDeals(client, 'BTCUSDT');
    let heard = -1;
    while (client.binaries.length > heard && !done()) {
      heard = client.binaries.length;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    client.end();
  }
  return clients;
}

test.each([1, 2, 3])(
  'every trade that arrives under seed %d is one that was sent',
  async (seed) => {
    const fake = await startFakeMexc({
      speed: 50,
      seed,
      faultPlan: { seed, everyMs: 50, lastsMs: [10, 150], faultsMax: 80 },
    });
    const planDone = () => fake.faults().filter(({ act }) => act !== 'ended').length === 80;
    const clients = await keepListening(fake, planDone);
    await fake.close();
    const sent = fake.connections().flatMap(({ frames }) => frames);
    const known = new Map(
      sent
        .filter(({ intact }) => intact)
        .flatMap(({ trades }) => trades.map((trade) => [trade.sequence, trade] as const)),
    );
    const identity = (price: string, quantity: string, time: number) =>
      `${price} ${quantity} ${time}`;
    const wasSent = new Set(
      [...known.values()].map((one) => identity(one.price, one.quantity, one.timeMs)),
    );
    const arrived = clients.flatMap((client) => client.deals());
    expect(arrived.length).toBeGreaterThan(50);
    expect(
      arrived.filter((deal) => !wasSent.has(identity(deal.price, deal.quantity, deal.time))),
    ).toEqual([]);
    expect(clients.length).toBeGreaterThan(1);
  },
);
