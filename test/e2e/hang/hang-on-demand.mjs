// Loaded into an engine in front of everything else: two ways to hang that no setting can provoke.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** A disk that takes every write and never finishes to flush one of the published streams. */
const flush = fs.fdatasync;
fs.fdatasync = (fd, done) => {
  const hangs = fs.existsSync(process.env.CDB_TEST_HANG_FILE);
  if (hangs && fs.readlinkSync(`/proc/self/fd/${fd}`).includes('/streams/')) return;
  flush(fd, done);
};
syncBuiltinESMExports();

/** Code that goes round and round: no timer fires, no connection is answered. */
process.on('SIGUSR2', () => {
  for (;;);
});
