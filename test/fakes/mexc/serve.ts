/**
 * The fake as a program: settings as JSON in the first argument, one JSON line out with its URLs,
 * then one answer per command line (`FakeCommand`) on stdin. It ends by `close` or when stdin ends.
 */
import { createInterface } from 'node:readline';
import type { FakeCommand } from './fake-command.js';
import { startFakeMexc } from './fake-mexc.js';
import type { FakeMexcSettings } from './settings.js';

const fake = await startFakeMexc(JSON.parse(process.argv[2] ?? '{}') as FakeMexcSettings);

function say(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

async function obey(command: FakeCommand): Promise<unknown> {
  switch (command.do) {
    case 'order':
      fake.order(command.order);
      return null;
    case 'end-fault':
      await fake.endFault(command.kind);
      return null;
    case 'trade':
      return fake.trade(command.trade);
    case 'deliverable':
      return fake.deliverable(command.selection);
    case 'connections':
      return fake.connections();
    case 'happened':
      return fake.happened(command.symbol);
    case 'faults':
      return fake.faults();
  }
}

say({ wsUrl: fake.wsUrl, restUrl: fake.restUrl, pid: process.pid });
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'close') break;
  try {
    say({ ok: true, value: await obey(JSON.parse(line) as FakeCommand) });
  } catch (error) {
    say({ ok: false, why: String(error) });
  }
}
await fake.close();
process.stdin.destroy();
