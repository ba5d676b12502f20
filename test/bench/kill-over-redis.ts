import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { histogramOf } from '../../src/commands/kill-switch/drill-figures.js';
import { hostMs } from '../../src/adapters/system-clock.js';
import { spread } from './spread.js';

export const KILL_ROUNDS = process.env['CDB_BENCH_SHORT'] === '1' ? 10 : 200;
const FLOW_MS_MAX = 40_000;
const SETTLE_MS = 300;
const CONFIRM = [
  '--operator',
  'bench',
  '--justification',
  'next round',
  '--confirm',
  'paper/kill-switch',
];

interface Stack {
  readonly env: Readonly<Record<string, string>>;
  /** Of the two processes; the stop is run in the first. */
  readonly stateDirs: readonly [string, string];
  /** Of every order that left, by the clock of Redis, which is that of this host. */
  readonly ordersMs: () => Promise<readonly number[]>;
}

interface Engaged {
  readonly at: string;
  readonly engine: { readonly state: string; readonly ack_ms: number };
  readonly engines: readonly { readonly state: string; readonly ack_ms: number }[];
}

/** Stops and releases two processes that share a run, from a third one. */
export async function killRounds(stack: Stack): Promise<unknown> {
  const [lastOrder, whole, slowestAck]: [number[], number[], number[]] = [[], [], []];
  let before = 0;
  let after = 0;
  let heldElsewhere = 0;
  for (let round = 0; round < KILL_ROUNDS; round += 1) {
    await flowing(stack, round);
    const execMs = hostMs();
    const { stdout } = await cdb({ ...stack, stateDir: stack.stateDirs[0] }, ['engage', '--json']);
    whole.push(hostMs() - execMs);
    const { data } = JSON.parse(stdout) as { readonly data: Engaged };
    const silent = [data.engine, ...data.engines].filter(({ state }) => state === 'not-confirmed');
    if (silent.length > 0) throw new Error(`not confirmed: ${stdout}`);
    slowestAck.push(Math.max(...[data.engine, ...data.engines].map(({ ack_ms: ms }) => ms)));
    await pause(SETTLE_MS);
    const calledMs = Date.parse(data.at);
    const orders = await stack.ordersMs();
    before += orders.filter((atMs) => atMs <= calledMs && atMs > calledMs - SETTLE_MS).length;
    const late = orders.filter((atMs) => atMs > calledMs);
    after += late.length;
    lastOrder.push(Math.max(0, ...late.map((atMs) => atMs - calledMs)));
    // Exit 4: the latch of the other still holds, which is where it is released next.
    const statuses: (number | null)[] = [];
    for (const stateDir of stack.stateDirs) {
      statuses.push((await cdb({ ...stack, stateDir }, ['release', ...CONFIRM], [0, 4])).status);
    }
    if (statuses[0] !== 0) heldElsewhere += 1;
  }
  return {
    rounds: KILL_ROUNDS,
    releases_held_by_the_other_latch: heldElsewhere,
    orders: { within_300_ms_before_the_call: before, after_the_call: after },
    ms: {
      call_to_last_order: spread(lastOrder),
      slowest_acknowledgement: spread(slowestAck),
      whole_process: spread(whole),
    },
    last_order_histogram: histogramOf(lastOrder),
    aim_ms: { last_order_max: 1_000, whole_process: 300 },
    note: 'an order leaves with its entry in stream.orders, whose id is the time of Redis in whole ms',
  };
}

/** Until an order leaves; a stop that meets none proves nothing. */
async function flowing(stack: Stack, round: number): Promise<void> {
  const untilMs = hostMs() + FLOW_MS_MAX;
  while (((await stack.ordersMs()).at(-1) ?? 0) < Date.now() - 500) {
    if (hostMs() > untilMs) {
      const said = await Promise.all(
        stack.stateDirs.map((stateDir) => cdb({ ...stack, stateDir }, ['status'], [0, 1, 4])),
      );
      const words = said.map(({ stdout }) => stdout).join('\n');
      throw new Error(`no order flowed before stop ${round + 1}\n${words}`);
    }
    await pause(20);
  }
}

async function cdb(
  { env, stateDir }: Pick<Stack, 'env'> & { readonly stateDir: string },
  words: readonly string[],
  good: readonly (number | null)[] = [0],
) {
  const child = spawn(
    process.execPath,
    ['bin/cdb.js', 'kill-switch', ...words, '--state-dir', stateDir],
    {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 30_000,
    },
  );
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (part: Buffer) => (said.stdout += part.toString()));
  child.stderr.on('data', (part: Buffer) => (said.stderr += part.toString()));
  const [status] = (await once(child, 'close')) as [number | null];
  if (!good.includes(status))
    throw new Error(
      `${words.join(' ')} ended with ${String(status)}: ${said.stdout}${said.stderr}`,
    );
  return { ...said, status };
}
