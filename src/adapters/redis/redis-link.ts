import { createHash } from 'node:crypto';
import { Redis } from 'ioredis';
import type { DependencyError } from '../../operator-error.js';
import type { Clock } from '../../engine/ports/clock.js';
import { toRedisError } from './redis-error.js';

export interface RedisLimits {
  readonly connectTimeoutMs: number;
  /** From sending to the last byte of the answer; a blocking read has its wait on top. */
  readonly commandTimeoutMs: number;
  /** Also talks to a server that still reads its files and refuses nearly all that it is asked. */
  readonly whileLoading?: boolean;
}

export const REDIS_LIMITS: RedisLimits = { connectTimeoutMs: 3_000, commandTimeoutMs: 2_000 };

const RETRY_MS_MIN = 50;
const RETRY_MS_MAX = 2_000;
/** A server beside this process answers within a few milliseconds, and a stop waits for it. */
const LOOK_AGAIN_MS_MIN = 2;
const KEEP_ALIVE_MS = 10_000;
const CLOSED = 'the connection was closed';

export type Word = string | number;

/** Runs in the server as one step; must change nothing when it is run twice. */
export interface RedisScript {
  readonly source: string;
  readonly sha1: string;
}

export function redisScript(source: string): RedisScript {
  return { source, sha1: createHash('sha1').update(source).digest('hex') };
}

/**
 * One connection. Nothing is queued while it is away and nothing is sent twice: a call fails at once
 * or at its deadline, and whoever called decides whether it may be repeated (ADR 43).
 */
export interface RedisLink {
  /** @param action completes "Cannot ..."; @throws DependencyError */
  call(action: string, command: string, ...words: readonly Word[]): Promise<unknown>;
  /** @throws DependencyError */
  run(
    action: string,
    script: RedisScript,
    keys: readonly string[],
    words: readonly Word[],
  ): Promise<unknown>;
  /** Messages of a channel; a link that listens can call nothing else. @returns ends it */
  listen(
    channels: readonly string[],
    listener: (channel: string, text: string) => void,
  ): Promise<void>;
  /** Null while it is well, else what is wrong. */
  trouble(): string | null;
  /**
   * Called whenever the connection has ended or could not be made, also when it is back at once:
   * what a channel said in between is gone.
   */
  onLost(listener: (why: string) => void): void;
  close(): void;
}

/**
 * Connects in the background and again whenever the connection ends, with growing pauses.
 * @param url may hold a password; it is never part of an error
 */
export function openRedisLink(url: string, name: string, limits = REDIS_LIMITS): RedisLink {
  const client = new Redis(url, {
    connectionName: name,
    connectTimeout: limits.connectTimeoutMs,
    commandTimeout: limits.commandTimeoutMs,
    keepAlive: KEEP_ALIVE_MS,
    protocol: 2,
    enableReadyCheck: limits.whileLoading !== true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) =>
      jittered(Math.min(RETRY_MS_MIN * 2 ** Math.min(times, 10), RETRY_MS_MAX)),
    // A replica that was the primary: the connection is of no use any more.
    reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 1 : false),
  });
  return new ClientLink(client, limits.commandTimeoutMs);
}

class ClientLink implements RedisLink {
  readonly #client: Redis;
  readonly #commandTimeoutMs: number;
  #trouble: string | null = 'not connected yet';
  /** Why the connection is in the first database and not in that of the URL: nothing may be done there. */
  #misplaced: string | null = null;
  /** Told to end, once: a server that is silent does not let it end at once. */
  #isGivenUp = false;

  constructor(client: Redis, commandTimeoutMs: number) {
    this.#client = client;
    this.#commandTimeoutMs = commandTimeoutMs;
    client.on('connect', () => {
      this.#misplaced = null;
    });
    client.on('error', (error: Error) => {
      this.#trouble = error.message || error.name;
      if (isOfSelect(error)) {
        this.#misplaced = `cannot select database ${client.options.db}: ${this.#trouble}`;
        this.#trouble = this.#misplaced;
      }
    });
    client.on('close', () => {
      this.#isGivenUp = false;
      this.#trouble ??= CLOSED;
    });
    client.on('ready', () => {
      this.#trouble = this.#misplaced;
    });
  }

  async call(action: string, command: string, ...words: readonly Word[]): Promise<unknown> {
    this.#assertPlace(action);
    try {
      return await this.#client.call(command, ...words);
    } catch (error) {
      throw this.#fault(action, error);
    }
  }

  async run(
    action: string,
    { source, sha1 }: RedisScript,
    keys: readonly string[],
    words: readonly Word[],
  ): Promise<unknown> {
    this.#assertPlace(action);
    const rest = [keys.length, ...keys, ...words];
    try {
      return await this.#client.call('EVALSHA', sha1, ...rest);
    } catch (error) {
      const isUnknown = error instanceof Error && error.message.startsWith('NOSCRIPT');
      if (!isUnknown) throw this.#fault(action, error);
      return this.call(action, 'EVAL', source, ...rest);
    }
  }

  async listen(
    channels: readonly string[],
    listener: (channel: string, text: string) => void,
  ): Promise<void> {
    this.#client.on('message', listener);
    // Subscriptions of a connection that comes back are made again by the client.
    await this.#client.subscribe(...channels).catch((error: unknown) => {
      throw toRedisError('listen to Redis', error);
    });
  }

  trouble(): string | null {
    return this.#trouble;
  }

  onLost(listener: (why: string) => void): void {
    this.#client.on('close', () => {
      listener(this.#trouble ?? CLOSED);
    });
  }

  close(): void {
    this.#client.disconnect();
  }

  #assertPlace(action: string): void {
    if (this.#misplaced !== null) throw toRedisError(action, new Error(this.#misplaced));
  }

  #fault(action: string, error: unknown): DependencyError {
    // Nobody knows what the socket would still bring: the next call gets a new one.
    const isSilent = error instanceof Error && error.message === 'Command timed out';
    if (isSilent && this.#client.status === 'ready' && !this.#isGivenUp) {
      this.#isGivenUp = true;
      this.#trouble = `no answer within ${this.#commandTimeoutMs} ms`;
      this.#client.disconnect(true);
    }
    const isAway = error instanceof Error && error.message.startsWith("Stream isn't writeable");
    if (isAway) return toRedisError(action, `Redis is away: ${this.#trouble ?? 'reconnecting'}`);
    // In the driver's words it is a limit of retries, which are none here.
    const isCut = error instanceof Error && error.name === 'MaxRetriesPerRequestError';
    return toRedisError(action, isCut ? 'the connection ended before Redis had answered' : error);
  }
}

/**
 * Resolves once the server answers.
 * @param ask a server that loads, or can't write to its disk, refuses PING and answers INFO
 * @throws DependencyError after the time
 */
export async function untilAnswered(
  link: RedisLink,
  clock: Pick<Clock, 'sleep' | 'monotonicMs'>,
  waitMs: number,
  ask: 'PING' | 'INFO' = 'PING',
): Promise<void> {
  const deadlineMs = clock.monotonicMs() + waitMs;
  for (let pauseMs = LOOK_AGAIN_MS_MIN; ; pauseMs = Math.min(2 * pauseMs, RETRY_MS_MIN)) {
    try {
      await link.call('reach Redis', ask);
      return;
    } catch (error) {
      const why = toRedisError('reach Redis', link.trouble() ?? error);
      // Nobody is let in later with a password that is wrong now.
      if (!why.retryable || clock.monotonicMs() >= deadlineMs) throw why;
      await clock.sleep(pauseMs);
    }
  }
}

/** The client goes on with what the server answers to its greeting, whatever that is. */
function isOfSelect(error: Error): boolean {
  const { command } = error as Error & { readonly command?: { readonly name?: string } };
  return command?.name === 'select';
}

function jittered(ms: number): number {
  return Math.round(ms * (0.5 + Math.random() / 2));
}
