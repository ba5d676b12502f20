import { chmodSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { socketPath } from '../../../src/adapters/files/socket-path.js';
import {
  isEmptyState,
  prepareStateDirectory,
  stateDirectory,
} from '../../../src/adapters/files/state-directory.js';
import { childProgram, runUnprivileged } from './child-program.js';
import { temporaryDirectory } from './log-on-disk.js';

let directory: ReturnType<typeof temporaryDirectory>;
let root: string;
beforeEach(() => {
  directory = temporaryDirectory();
  root = join(directory.path, 'state');
});
afterEach(() => {
  directory.remove();
});

const mode = (path: string) => statSync(path).mode & 0o777;

describe('state directory', () => {
  it('is made private, also when it existed with more rights', () => {
    mkdirSync(root);
    chmodSync(root, 0o777);
    const state = stateDirectory(root);
    prepareStateDirectory(state);
    prepareStateDirectory(state);
    expect(mode(root)).toBe(process.getuid?.() === 0 ? 0o711 : 0o700);
    for (const name of ['journal', 'run', 'snapshot', 'spool', 'logs'] as const) {
      expect(mode(state[name])).toBe(0o700);
    }
  });

  it('is empty when missing or just prepared, and not with any trace of a past', () => {
    const state = stateDirectory(root);
    expect(isEmptyState(state)).toBe(true);
    prepareStateDirectory(state);
    expect(isEmptyState(state)).toBe(true);
    const traces = [
      'control.json',
      'control.reserve',
      'control.json.x.old',
      'HALT',
      'journal/runs.json',
      'snapshot/run',
      'spool/batch',
      'pg/PG_VERSION',
    ];
    mkdirSync(state.pg);
    for (const trace of traces) {
      writeFileSync(join(root, trace), '');
      expect([trace, isEmptyState(state)]).toEqual([trace, false]);
      rmSync(join(root, trace));
    }
    writeFileSync(join(state.logs, 'old.log'), '');
    expect(isEmptyState(state)).toBe(true);
  });

  it('that cannot be listed is not empty', async () => {
    const state = stateDirectory(root);
    prepareStateDirectory(state);
    const program = childProgram(
      directory.path,
      `import { isEmptyState, stateDirectory } from './src/adapters/files/state-directory.js';
       console.log(isEmptyState(stateDirectory(process.argv[2])));`,
    );
    chmodSync(root, 0o000);
    expect((await runUnprivileged(program, [root])).trim()).toBe('false');
    chmodSync(root, 0o700);
  });

  it('refuses a file in its place, and a parent that is a file', () => {
    writeFileSync(root, '');
    for (const path of [root, join(root, 'below')]) {
      expect(() => {
        prepareStateDirectory(stateDirectory(path));
      }).toThrow(
        expect.objectContaining({ code: 'CDB-E0201', why: expect.stringMatching(/file/) }),
      );
    }
  });

  it('refuses a directory that this user may not write', async () => {
    mkdirSync(root);
    chmodSync(root, 0o555);
    const program = childProgram(
      directory.path,
      `import { prepareStateDirectory, stateDirectory } from './src/adapters/files/state-directory.js';
       try { prepareStateDirectory(stateDirectory(process.argv[2])); }
       catch (fault) { console.log([fault.code, fault.why, fault.todo].join('|')); }`,
    );
    const text = await runUnprivileged(program, [join(root, 'state')]);
    chmodSync(root, 0o755);
    expect(text).toMatch(/^CDB-E0201\|permission denied\|.*--state-dir/);
  });
});

describe('socket path', () => {
  it('lies in the state directory while it is short', () => {
    const state = stateDirectory('/srv/cdb');
    expect(socketPath(state, {})).toBe('/srv/cdb/run/cdb.sock');
  });

  it('moves to a private directory, always the same one for the same state directory', () => {
    const deep = stateDirectory(`/srv/${'deep/'.repeat(30)}`);
    const env = { XDG_RUNTIME_DIR: directory.path };
    const path = socketPath(deep, env);
    expect(path.startsWith(directory.path)).toBe(true);
    expect(Buffer.byteLength(path)).toBeLessThanOrEqual(100);
    expect(socketPath(deep, env)).toBe(path);
    expect(socketPath(stateDirectory(`${deep.root}/x`), env)).not.toBe(path);
    chmodSync(join(path, '..'), 0o755);
    expect(() => socketPath(deep, env)).toThrow(expect.objectContaining({ code: 'CDB-E0203' }));
  });
});
