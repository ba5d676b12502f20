import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { TRADE_FILES } from '../venue/trade-files.js';
import type { FakeCommand, FakeReply } from './fake-command.js';
import type { FaultRecord } from './fault-board.js';
import type { ConnectionLog, SentTrade } from './sent-log.js';
import type { FakeMexcSettings } from './settings.js';

/** What to hand to `bundleChild` for the script that `spawnFakeMexc` runs. */
export const FAKE_MEXC_PROGRAM = join(import.meta.dirname, 'serve.ts');

type Told<K extends FakeCommand['do']> = Omit<Extract<FakeCommand, { do: K }>, 'do'>;

/** The fake in a process of its own, so that it takes no time from the one that is measured. */
export interface FakeMexcProcess {
  readonly wsUrl: string;
  readonly restUrl: string;
  readonly pid: number;
  order(order: Told<'order'>['order']): Promise<void>;
  endFault(kind: Told<'end-fault'>['kind']): Promise<void>;
  trade(trade: Told<'trade'>['trade']): Promise<void>;
  deliverable(selection?: Told<'deliverable'>['selection']): Promise<readonly SentTrade[]>;
  connections(): Promise<readonly ConnectionLog[]>;
  happened(symbol: string): Promise<number>;
  faults(): Promise<readonly FaultRecord[]>;
  /** Ends the process; resolves when it has gone. */
  close(): Promise<void>;
}

/** @param script what `bundleChild` made of FAKE_MEXC_PROGRAM */
export async function spawnFakeMexc(
  script: string,
  settings: FakeMexcSettings = {},
): Promise<FakeMexcProcess> {
  // The bundle lies elsewhere and does not find the trades by itself.
  const trades = settings.trades ?? { from: 'file' as const, path: TRADE_FILES.btcusdt };
  const child = spawn(process.execPath, [script, JSON.stringify({ ...settings, trades })], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  // Writing to one that has died shows in the answer that never comes.
  child.stdin.on('error', () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error('the fake has ended');
    return JSON.parse(value) as unknown;
  };
  const hello = (await next()) as { wsUrl: string; restUrl: string; pid: number };
  const tell = inTurn(child, next);
  return {
    ...hello,
    order: async (order) => {
      await tell({ do: 'order', order });
    },
    endFault: async (kind) => {
      await tell({ do: 'end-fault', kind });
    },
    trade: async (trade) => {
      await tell({ do: 'trade', trade });
    },
    deliverable: async (selection) =>
      (await tell({
        do: 'deliverable',
        ...(selection && { selection }),
      })) as readonly SentTrade[],
    connections: async () => (await tell({ do: 'connections' })) as readonly ConnectionLog[],
    happened: async (symbol) => (await tell({ do: 'happened', symbol })) as number,
    faults: async () => (await tell({ do: 'faults' })) as readonly FaultRecord[],
    close: async () => {
      child.stdin.end('close\n');
      await ended;
    },
  };
}

/** Answers come in the order of the commands, so commands wait for each other. */
function inTurn(child: ChildProcess, next: () => Promise<unknown>) {
  let before: Promise<unknown> = Promise.resolve();
  return (command: FakeCommand): Promise<unknown> => {
    const answer = before.then(async () => {
      child.stdin?.write(`${JSON.stringify(command)}\n`);
      const reply = (await next()) as FakeReply;
      if (!reply.ok) throw new Error(reply.why);
      return reply.value;
    });
    // One that failed must not stop those behind it; who asked hears of it.
    before = answer.catch(() => undefined);
    return answer;
  };
}
