import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workplace } from '../chaos/engine-process.js';

interface Explained {
  readonly kind: string;
  readonly verdict: { readonly decision: string; readonly code: string | null };
  readonly judged_again: {
    readonly agrees: boolean;
    readonly limits: readonly { readonly code: string; readonly outcome: string }[];
    readonly flipped_by_one: readonly unknown[];
    readonly flipped_together: readonly unknown[];
  };
  readonly path: readonly { readonly step: string; readonly delay_ms: number | null }[];
}

describe.each(['paper', 'shadow'])('cdb explain, of a %s run of the sample', (mode) => {
  let place: Workplace;
  beforeAll(async () => {
    place = new Workplace();
    const run = await place.run(['run', `--${mode}`, '--feed', 'sample', '--speed', 'max']);
    expect(run.status, run.stderr).toBe(0);
  });
  afterAll(() => place.end());

  async function json<T>(...args: readonly string[]): Promise<T> {
    const { status, stdout, stderr } = await place.run([...args, '--json']);
    expect(status, stderr).toBe(0);
    return (JSON.parse(stdout) as { data: T }).data;
  }

  /** The newest entries of a stream. */
  const entries = async (stream: string) =>
    (
      await json<{ entries: readonly { readonly fields: Readonly<Record<string, string>> }[] }>(
        ...['streams', 'tail', stream, '-n', '1000'],
      )
    ).entries.map(({ fields }) => fields);

  it('explains a decision of every code that blocked, by its own id and by its signal', async () => {
    const blocked = await entries('stream.orders_blocked');
    const codes = new Map(blocked.map((fields) => [fields['reason_code'], fields]));
    const groups = await json<{ groups: readonly { key: string }[] }>('blocks');
    expect([...codes.keys()].toSorted()).toEqual(groups.groups.map(({ key }) => key).toSorted());
    for (const [code, { decision_id: decision = '', signal_id: signal = '' }] of codes) {
      const explained = await json<Explained>('explain', decision);
      expect(explained).toMatchObject({ kind: 'decision', verdict: { decision: 'BLOCK', code } });
      const { agrees, limits, ...flips } = explained.judged_again;
      expect(agrees).toBe(true);
      expect(limits.find(({ outcome }) => outcome === 'decides')?.code).toBe(code);
      const ways = [...flips.flipped_by_one, ...flips.flipped_together];
      expect(ways.length).toBeGreaterThan(0);
      const text = await place.run(['explain', signal]);
      expect(text.status, text.stderr).toBe(0);
      expect(text.stdout).toContain(`decided by ${code}: `);
      expect(text.stdout).toMatch(/smallest/);
    }
  });

  it('walks back from what was allowed, and says which limit was nearest', async () => {
    const { fills } = await json<{ fills: readonly { fill_id: string; order_id: string }[] }>(
      ...['fills', '-n', '1000'],
    );
    const orders = await entries('stream.orders');
    expect(fills.length > 0).toBe(mode === 'paper');
    const last = fills.slice(-3).flatMap(({ fill_id, order_id }) => [fill_id, order_id]);
    const ids = [...last, ...orders.slice(-2).map(({ client_id: client = '' }) => client)];
    expect(ids.length).toBeGreaterThan(mode === 'paper' ? 6 : 1);
    for (const id of ids) {
      const { path, verdict, judged_again: judged } = await json<Explained>('explain', id);
      expect(verdict, id).toEqual({ decision: 'ALLOW', code: null, detail: '' });
      expect(judged.agrees).toBe(true);
      expect(judged.flipped_by_one.length).toBeGreaterThan(0);
      const steps = path.map(({ step }) => step);
      expect(steps).toEqual(expect.arrayContaining(['candle', 'trade', 'decision', 'order']));
      // An order that the venue rejected has no fill.
      if (last.includes(id)) expect(steps).toEqual(expect.arrayContaining(['fill', 'position']));
    }
  });

  it('lists what an id may be, and says where it looked', async () => {
    const several = await place.run(['explain', 'sig-1']);
    expect(several).toMatchObject({ status: 2, stderr: expect.stringContaining('CDB-E0721') });
    const [whole = ''] = /signal:(sig-\w+)/.exec(several.stderr)?.slice(1) ?? [];
    expect((await place.run(['explain', whole.slice(0, 20)])).stdout).toContain(`signal ${whole}`);
    const unknown = await place.run(['explain', 'sig-00000000000']);
    expect(unknown).toMatchObject({ status: 8, stderr: expect.stringContaining('CDB-E0720') });
    expect(unknown.stderr).toContain('risk_events.decision_pk');
  });
});

it('cdb explain says where no run has written anything', async () => {
  const place = new Workplace();
  try {
    const answer = await place.run(['explain', 'sig-518bcafe']);
    expect(answer).toMatchObject({ status: 8, stderr: expect.stringContaining('CDB-E0722') });
  } finally {
    await place.end();
  }
});
