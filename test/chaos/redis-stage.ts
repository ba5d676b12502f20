import { rmSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { withSqlSession } from '../../src/adapters/postgres/sql-client.js';
import { systemClock } from '../../src/adapters/system-clock.js';
import { THRESHOLD_SETS, type Thresholds } from '../../src/engine/domain/thresholds.js';
import { ensureSchema } from '../../src/schema/ensure-schema.js';
import { loadMigrations } from '../../src/schema/migration-files.js';
import { TcpProxy } from '../fakes/network/tcp-proxy.js';
import { ExternalPostgres } from '../integration/postgres/external-postgres.js';
import { RedisServer } from '../integration/redis/redis-fixture.js';
import { type EngineProcess, Workplace } from './engine-process.js';
import { sampleRows } from './longer-sample.js';
import {
  ACTORS,
  LEASE_MS,
  PROXIED,
  type Actor,
  type Proxied,
  type RedisFault,
  type RedisRound,
} from './redis-plan.js';

/** Of four shards each has one, of two each has two. */
export const SYMBOLS = ['BTCUSDT', 'SOLUSDT', 'LTCUSDT', 'ADAUSDT'] as const;
/** Every symbol of the feed is traded, and no breaker ends it. */
const OVERRIDES = {
  CDB_THRESHOLDS_OVERRIDES_SIGNAL_SYMBOL: '*',
  CDB_THRESHOLDS_OVERRIDES_BREAKER_ERROR_RATE_MAX_FRACTION: '1',
  CDB_THRESHOLDS_OVERRIDES_BREAKER_ORDERS_PER_MIN_MAX: '1000000',
  // The four markets give 134 orders within the same minute, which one writer may see or two in parts.
  CDB_TRIGGERS_EXECUTIONS_MAX: '10000',
};
const { signal, breaker } = THRESHOLD_SETS.default;
export const THRESHOLDS: Thresholds = {
  ...THRESHOLD_SETS.default,
  signal: { ...signal, symbol: '*' },
  breaker: { ...breaker, errorRateMaxFraction: 1, ordersPerMinMax: 1_000_000 },
};
/** So many times faster than the market was: the two hours of the sample in 12 s. */
const SPEED = '600';
const STARTS_MAX = 20;

/** Real trades of one market, said of four symbols in turns. */
export function writeFourMarkets(path: string): void {
  const { header, rows } = sampleRows();
  const at = header.split(',').indexOf('symbol');
  const lines = rows.flatMap((row) => {
    const cells = row.split(',');
    return SYMBOLS.map((symbol) => cells.with(at, symbol).join(','));
  });
  writeFileSync(path, `${[header, ...lines].join('\n')}\n`);
}

/** A database server for all rounds; each has a database of its own. */
export class Databases {
  readonly server: ExternalPostgres;
  readonly directory = mkdtempSync(join(tmpdir(), 'cdb-markets-'));
  readonly trades = join(this.directory, 'trades.csv');
  #count = 0;

  private constructor(server: ExternalPostgres) {
    this.server = server;
    writeFourMarkets(this.trades);
  }

  static async start(): Promise<Databases> {
    const server = await ExternalPostgres.start();
    await withSqlSession(server.connection, 'test', (session) =>
      ensureSchema(session, {
        ...{ files: loadMigrations(), clock: systemClock(), cdbVersion: 'test', waitForLockMs: 0 },
      }),
    );
    await server.run('cdb', ...KEEP_INPUTS);
    return new Databases(server);
  }

  async fresh(): Promise<string> {
    this.#count += 1;
    const name = `round_${this.#count}`;
    await this.server.run('postgres', `CREATE DATABASE ${name} TEMPLATE cdb`);
    return name;
  }

  async end(): Promise<void> {
    await this.server.end();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** The product deletes inputs behind its snapshots; what proves a round needs all of them. */
const KEEP_INPUTS = [
  'CREATE TABLE kept_inputs (run_id text, seq_first bigint, seq_last bigint, inputs bytea)',
  `CREATE FUNCTION keep_inputs() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
     INSERT INTO kept_inputs VALUES (NEW.run_id, NEW.seq_first, NEW.seq_last, NEW.inputs);
     RETURN NEW;
   END $$`,
  `CREATE TRIGGER keep_inputs AFTER INSERT ON run_inputs
     FOR EACH ROW EXECUTE FUNCTION keep_inputs()`,
];

interface Player {
  readonly place: Workplace;
  process: EngineProcess;
  /** Down because a fault says so. */
  isHeld: boolean;
  starts: number;
}

/** One run on one Redis and one database, every role in a process of its own. */
export class RedisStage {
  readonly redis: RedisServer;
  readonly database: string;
  /** What went wrong beside the faults that were made. */
  readonly faults: string[] = [];
  #finished = false;
  readonly #databases: Databases;
  readonly #shards: number;
  readonly #proxies: ReadonlyMap<Proxied, TcpProxy>;
  readonly #players = new Map<Actor, Player>();
  #words = '';

  private constructor(
    parts: { readonly databases: Databases; readonly redis: RedisServer },
    { shards }: Pick<RedisRound, 'shards'>,
    { proxies, database }: { proxies: ReadonlyMap<Proxied, TcpProxy>; database: string },
  ) {
    this.#databases = parts.databases;
    this.redis = parts.redis;
    this.database = database;
    this.#shards = shards;
    this.#proxies = proxies;
  }

  static async open(databases: Databases, round: Pick<RedisRound, 'shards'>): Promise<RedisStage> {
    const redis = await RedisServer.start();
    const proxies = new Map<Proxied, TcpProxy>();
    for (const actor of PROXIED) proxies.set(actor, await TcpProxy.start(redis.port));
    const database = await databases.fresh();
    const stage = new RedisStage({ databases, redis }, round, { proxies, database });
    for (const actor of ACTORS) {
      const place = new Workplace();
      stage.#players.set(actor, {
        place,
        process: stage.#start(actor, place),
        isHeld: false,
        starts: 1,
      });
    }
    return stage;
  }

  /** All notices of all processes. */
  get words(): string {
    return [...this.#players].reduce((all, [actor, { process }]) => {
      return `${all}\n[${actor}] ${process.stderr}`;
    }, this.#words);
  }

  /** The feed has said everything, and all of it is written. */
  get isFinished(): boolean {
    return this.#finished;
  }

  async flows(): Promise<void> {
    for (const { process } of this.#players.values()) await process.says('OK running');
  }

  /** Makes it, waits, and takes it back. */
  async suffer(fault: RedisFault): Promise<void> {
    const undo = await this.#make(fault);
    await pause(fault.lastsMs);
    await undo();
  }

  /** Starts again what has ended by itself, as a supervisor does. */
  watch(): void {
    for (const [actor, player] of this.#players) {
      if (player.process.isAlive || player.isHeld) continue;
      const { exitCode } = player.process.child;
      if (actor === 'ingest' && exitCode === 0) {
        this.#finished = true;
        continue;
      }
      if (exitCode === 0 && isOver(player.process)) continue;
      if (player.process.stdout.includes('OK running')) {
        const why = player.process.stderr.slice(-600);
        this.faults.push(`${actor} ended by itself with status ${String(exitCode)}: ${why}`);
      }
      if (player.starts >= STARTS_MAX) throw new Error(`${actor} ends again and again`);
      this.#startAgain(actor, player);
    }
  }

  /** Ctrl-C for everybody that still works. */
  async stop(): Promise<void> {
    for (const [actor, { process }] of this.#players) {
      if (!process.isAlive) continue;
      process.kill('SIGINT');
      const { status } = await process.ended;
      // One that was just started does not listen to signals yet, and has done nothing.
      const isFresh = status === null && process.stdout === '';
      // It has said its last word, and listens to no signal any more.
      const isEnded = (status === 0 || status === null) && isOver(process);
      if (status !== 130 && !isFresh && !isEnded) {
        const why = process.stderr.slice(-600);
        this.faults.push(`${actor} ended on Ctrl-C with status ${String(status)}: ${why}`);
      }
    }
  }

  async end(): Promise<void> {
    for (const { process, place } of this.#players.values()) {
      if (process.isAlive) process.kill('SIGCONT');
      await place.end();
    }
    for (const proxy of this.#proxies.values()) await proxy.close();
    await this.redis.end();
  }

  async #make(fault: RedisFault): Promise<() => Promise<void> | void> {
    switch (fault.kind) {
      case 'kill':
        return this.#kill(fault.actor);
      case 'pause': {
        const { process } = this.#player(fault.actor);
        process.kill('SIGSTOP');
        return () => {
          process.kill('SIGCONT');
        };
      }
      case 'kill redis':
        await this.redis.kill();
        return () => this.redis.up();
      case 'stop database':
        await this.#databases.server.stop(fault.signal);
        return () => this.#databases.server.startAgain();
      case 'cut':
        this.#proxy(fault.actor).cut();
        return () => undefined;
      default:
        return this.#disturb(this.#proxy(fault.actor), fault);
    }
  }

  async #kill(actor: Actor): Promise<() => void> {
    const player = this.#player(actor);
    player.isHeld = true;
    player.process.kill('SIGKILL');
    await player.process.ended;
    return () => {
      player.isHeld = false;
      // The run may have come to its end before.
      if (!(actor === 'ingest' && player.process.child.exitCode === 0)) {
        this.#startAgain(actor, player);
      }
    };
  }

  #disturb(
    proxy: TcpProxy,
    fault: Extract<RedisFault, { kind: 'delay' | 'silent' | 'lose-answers' }>,
  ): () => void {
    if (fault.kind === 'delay') proxy.delayMs = fault.byMs;
    else proxy.mode = fault.kind;
    return () => {
      proxy.mode = 'pass';
      proxy.delayMs = 0;
      // What was swallowed can't be said again on the same connection.
      if (fault.kind === 'silent') proxy.cut();
    };
  }

  #startAgain(actor: Actor, player: Player): void {
    this.#words += `\n[${actor}] ${player.process.stderr}`;
    player.process = this.#start(actor, player.place);
    player.starts += 1;
  }

  #start(actor: Actor, place: Workplace): EngineProcess {
    const proxy = this.#proxies.get(actor as Proxied);
    const { url, port } = this.redis;
    const role = actor.replace(/-\d$/, '');
    const args = ['run', '--paper', '--feed', this.#databases.trades, '--speed', SPEED];
    return place.start([...args, '--roles', role], {
      env: {
        ...OVERRIDES,
        CDB_REDIS_URL: proxy === undefined ? url : url.replace(`:${port}/`, `:${proxy.port}/`),
        CDB_DATABASE_URL: this.#databases.server.url({ database: this.database }),
        CDB_REDIS_SHARDS: String(this.#shards),
        CDB_REDIS_LEASE_MS: String(LEASE_MS),
      },
    });
  }

  #player(actor: Actor): Player {
    const player = this.#players.get(actor);
    if (player === undefined) throw new Error(`nobody plays ${actor}`);
    return player;
  }

  #proxy(actor: Proxied): TcpProxy {
    const proxy = this.#proxies.get(actor);
    if (proxy === undefined) throw new Error(`${actor} has no proxy`);
    return proxy;
  }
}

/** It has heard that the run which it shares is finished, and ends by itself. */
function isOver({ stderr }: { readonly stderr: string }): boolean {
  return stderr.includes('the run is finished');
}
