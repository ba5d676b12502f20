import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RedisServer } from '../integration/redis/redis-fixture.js';

/** A working directory, a Redis, and the processes that a test starts there. */
export class RedisStage {
  readonly cwd = mkdtempSync(join(tmpdir(), 'cdb-stage-'));
  readonly redis: RedisServer;
  readonly #children: ChildProcess[] = [];

  private constructor(redis: RedisServer) {
    this.redis = redis;
  }

  static async open(): Promise<RedisStage> {
    return new RedisStage(await RedisServer.start());
  }

  /** Ends with the stage. */
  keep<Child extends ChildProcess>(child: Child): Child {
    this.#children.push(child);
    return child;
  }

  async end(): Promise<void> {
    for (const child of this.#children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    await this.redis.end();
    rmSync(this.cwd, { recursive: true, force: true, maxRetries: 10 });
  }
}
