import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  openRedisLink,
  untilAnswered,
  type RedisLink,
} from '../../../src/adapters/redis/redis-link.js';
import { systemClock } from '../../../src/adapters/system-clock.js';

/** A real server on a port of its own, with its append-only file in a directory of its own. */
export class RedisServer {
  readonly port: number;
  readonly directory = mkdtempSync(join(tmpdir(), 'cdb-redis-'));
  readonly #flags: readonly string[];
  readonly #links: RedisLink[] = [];
  #child: ChildProcess | null = null;

  private constructor(port: number, flags: readonly string[]) {
    this.port = port;
    this.#flags = flags;
  }

  static async start(...flags: string[]): Promise<RedisServer> {
    assertInstalled();
    const server = new RedisServer(await freePort(), flags);
    await server.up();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}/0`;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Starts it on what is left in its directory. */
  async up(): Promise<void> {
    this.#child = spawn(
      'redis-server',
      [
        ...['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.directory],
        ...['--appendonly', 'yes', '--appendfsync', 'everysec', '--save', ''],
        ...['--maxmemory-policy', 'noeviction', '--enable-debug-command', 'yes'],
        ...this.#flags,
      ],
      { stdio: 'ignore' },
    );
    const probe = openRedisLink(this.url, 'test probe');
    await untilAnswered(probe, systemClock(), 10_000);
    probe.close();
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  /** Stops or continues the process without ending it. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(name);
  }

  /** A connection that `end` closes. */
  async link(name = 'test'): Promise<RedisLink> {
    const link = openRedisLink(this.url, name);
    this.#links.push(link);
    await untilAnswered(link, systemClock(), 5_000);
    return link;
  }

  async end(): Promise<void> {
    for (const link of this.#links.splice(0)) link.close();
    await this.kill();
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

function assertInstalled(): void {
  if (spawnSync('redis-server', ['--version']).status === 0) return;
  throw new Error(
    'redis-server is not on this machine: install it (Debian: apt-get install redis-server)',
  );
}

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
