import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type {
  EmbeddedWhere,
  PgConnection,
} from '../../../src/adapters/embedded/embedded-postgres.js';
import { npmNativeDir } from '../../../src/adapters/embedded/npm-binaries.js';
import { bundleChild, type ChildBundle } from '../../bundle-child.js';
import { IS_ROOT, NOBODY } from './embedded-fixture.js';

export interface EngineChild {
  readonly process: ChildProcess;
  /** Of the PostgreSQL server. */
  readonly serverPid: number;
  readonly connection: PgConnection;
  readonly where: EmbeddedWhere;
  /** Tells it to stop the server and end; resolves when it has. */
  stop(): Promise<void>;
  /** Resolves when it has ended, however. */
  readonly ended: Promise<void>;
}

/** The engine child as one plain script that any user can read and run. */
export async function buildEngineChild(): Promise<ChildBundle> {
  const bundle = await bundleChild(join(import.meta.dirname, 'engine-child.ts'), tmpdir());
  chmodSync(bundle.directory, 0o755);
  return bundle;
}

export async function spawnEngineChild(
  script: string,
  stateDir: string,
  { asNobody }: { asNobody: boolean },
): Promise<EngineChild> {
  const child = spawn(process.execPath, [script, stateDir, npmNativeDir() ?? ''], {
    cwd: '/',
    stdio: ['pipe', 'pipe', 'inherit'],
    ...(asNobody && IS_ROOT ? { uid: NOBODY, gid: NOBODY } : {}),
  });
  const ended = new Promise<void>((resolve) =>
    child.once('exit', () => {
      resolve();
    }),
  );
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    void ended.then(() => {
      reject(new Error('the engine child ended before it was ready'));
    });
  });
  const said = JSON.parse(line) as { pid: number; connection: PgConnection; where: EmbeddedWhere };
  return {
    process: child,
    serverPid: said.pid,
    connection: said.connection,
    where: said.where,
    ended,
    stop: async () => {
      child.stdin.end('stop\n');
      await ended;
    },
  };
}
