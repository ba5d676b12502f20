import { openEmbeddedPostgres } from '../../../src/adapters/embedded/embedded-postgres.js';
import { systemClock } from '../../../src/adapters/system-clock.js';

/** A process that stands for the engine: opens the database, says where it is, and waits. */
const [stateDir = '', nativeDir = ''] = process.argv.slice(2);
const server = await openEmbeddedPostgres({
  stateDir,
  owner: 'engine child',
  waitForLockMs: 0,
  clock: systemClock(),
  overrides: nativeDir === '' ? {} : { nativeDir },
});
const { connection, where } = server;
process.stdout.write(`${JSON.stringify({ pid: server.pid(), connection, where })}\n`);
process.stdin.once('data', () => {
  process.stdin.pause();
  void server.stop();
});
