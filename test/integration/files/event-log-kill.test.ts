import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { childProgram, startChild } from './child-program.js';
import { openLog, seqs, temporaryDirectory } from './log-on-disk.js';

const KILLS = 6;
/** Each life of the writer is killed after another number of acknowledgements. */
const LIFE_ACKS = 40;

const WRITER = `
  import { openLocalEventLog } from './src/adapters/files/local-event-log.js';
  import { systemClock } from './src/adapters/system-clock.js';
  const log = openLocalEventLog(process.argv[2], { clock: systemClock(), segmentBytesMax: 20_000 });
  let seq = (await log.info('s'))?.lastId?.seq ?? 0;
  for (;;) {
    const entries = Array.from({ length: 50 }, () => {
      seq += 1;
      return { id: { seq, ord: 0 }, fields: { text: 'x'.repeat(seq % 97) } };
    });
    await log.append('s', entries);
    if (seq % 1_000 === 0) await log.sync('s');
    await new Promise((resolve) => process.stdout.write(seq + '\\n', resolve));
  }`;

it('kill -9 of the writer loses nothing that was acknowledged and leaves no gap', async () => {
  const directory = temporaryDirectory();
  const journal = join(directory.path, 'journal');
  const program = childProgram(directory.path, WRITER);
  let acknowledged = 0;
  try {
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const writer = startChild(program, [journal]);
      const closed = once(writer, 'close');
      let text = '';
      const goal = acknowledged + kill * LIFE_ACKS;
      writer.stdout.on('data', (part: Buffer) => {
        text += part.toString();
        acknowledged = Number(text.split('\n').at(-2) ?? acknowledged);
        if (acknowledged >= goal) writer.kill('SIGKILL');
      });
      await closed;
      const log = openLog(journal);
      const found = seqs(await log.read('s', null, 1_000_000));
      expect(found).toEqual(found.map((_, index) => index + 1));
      expect(found.length).toBeGreaterThanOrEqual(acknowledged);
      await log.close();
      acknowledged = found.length;
    }
  } finally {
    directory.remove();
  }
});
