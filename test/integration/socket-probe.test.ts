import { mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { somebodyListens } from '../../src/adapters/socket-probe.js';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cdb-probe-'));
  path = join(directory, 's.sock');
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

it('tells a listener from nothing and from what a dead one left behind', async () => {
  expect(await somebodyListens(path)).toBe(false);
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(path, resolve));
  expect(await somebodyListens(path)).toBe(true);
  // Under another name the socket outlives its server, as it does after kill -9.
  const left = `${path}.left`;
  renameSync(path, left);
  await new Promise((resolve) => server.close(resolve));
  expect(await somebodyListens(left)).toBe(false);
});

it('takes a fault that proves nothing for somebody', async () => {
  symlinkSync(path, path);
  expect(await somebodyListens(path)).toBe(true);
});
