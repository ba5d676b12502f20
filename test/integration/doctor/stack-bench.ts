import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stateDirectory } from '../../../src/adapters/files/state-directory.js';
import { systemClock } from '../../../src/adapters/system-clock.js';
import { ParsedOptions } from '../../../src/commands/parsed-options.js';
import { CHECKS } from '../../../src/doctor/checks.js';
import { examine } from '../../../src/doctor/examine.js';
import type { FactName, Facts, Probes, Readings } from '../../../src/doctor/facts.js';
import type { Finding } from '../../../src/doctor/finding.js';
import { readFacts } from '../../../src/doctor/read-facts.js';
import { configProbes } from '../../../src/main/doctor/config-probes.js';
import { doctorPlace } from '../../../src/main/doctor/doctor-place.js';
import { hostProbes } from '../../../src/main/doctor/host-probes.js';
import { logProbes } from '../../../src/main/doctor/logs-probes.js';
import { serviceProbes } from '../../../src/main/doctor/services-probes.js';
import { venueProbes } from '../../../src/main/doctor/venue-probes.js';
import { fakeCommandIo } from '../../fakes/fake-command-io.js';
import { readingsWith } from '../../unit/doctor/readings.js';

const CHECK_MS = 5_000;
const GROUPS = ['services', 'host', 'venue', 'logs'];

interface Look {
  /** What the clock of the report says; else the real time. */
  readonly nowMs?: number;
  readonly offline?: boolean;
  /** Facts of places that other groups read. */
  readonly facts?: Partial<Facts>;
}

type Page = string | { readonly status?: number; readonly body: unknown; readonly date?: Date };

/** A directory of an operator, and the real probes of four groups on what is put into it. */
export class StackBench {
  readonly cwd = realpathSync(mkdtempSync(join(tmpdir(), 'cdb-stack-')));
  readonly state = stateDirectory(join(this.cwd, '.cdb'));
  env: Record<string, string> = { HOME: this.cwd, PATH: process.env['PATH'] ?? '' };
  readonly #servers: Server[] = [];

  /** A file below the directory, last changed then. */
  write(name: string, content: string | Uint8Array, changedAtMs?: number): string {
    const path = join(this.cwd, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content, { mode: 0o755 });
    if (changedAtMs !== undefined) utimesSync(path, changedAtMs / 1_000, changedAtMs / 1_000);
    return path;
  }

  /** A service that answers these paths, and 404 for all others. @returns its base URL */
  async serve(pages: Readonly<Record<string, Page>>): Promise<string> {
    const server = createServer((request, response) => {
      const page = pages[request.url ?? ''];
      const answer = typeof page === 'string' ? { body: page } : page;
      const { status = 200, body, date } = answer ?? { status: 404, body: 'not found' };
      if (date !== undefined) response.setHeader('date', date.toUTCString());
      response.writeHead(status, { connection: 'close' });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
    return `http://127.0.0.1:${await this.listen(server)}`;
  }

  async listen(server: Server): Promise<number> {
    this.#servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return address.port;
  }

  async findings({ nowMs, offline = false, facts = {} }: Look = {}): Promise<Findings> {
    const real = systemClock();
    const clock = { ...real, nowMs: () => nowMs ?? real.nowMs() };
    const io = fakeCommandIo({ cwd: this.cwd, env: this.env, nowMs: clock.nowMs });
    const options = new ParsedOptions({ offline });
    const place = { ...(await doctorPlace(options, io)), clock };
    const probes = {
      ...configProbes(place),
      ...hostProbes(place),
      ...serviceProbes(place),
      ...venueProbes(place),
      ...logProbes(place),
    };
    const names = new Set(Object.keys(probes) as FactName[]);
    const read = await readFacts(probes as Probes, names, { limitMs: CHECK_MS, clock });
    const own = Object.fromEntries(Object.entries(read).filter(([name]) => name in probes));
    const readings = { ...readingsWith(facts, clock.nowMs()), ...own } as Readings;
    const checks = CHECKS.filter(({ group }) => GROUPS.includes(group));
    const found = await examine(checks, {
      ...{ readings, nowMs: clock.nowMs(), limitMs: CHECK_MS, clock },
    });
    return new Findings(found);
  }

  remove(): void {
    for (const server of this.#servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
    rmSync(this.cwd, { recursive: true, force: true });
  }
}

export class Findings {
  readonly #all: readonly Finding[];

  constructor(all: readonly Finding[]) {
    this.#all = all;
  }

  of(id: string): Finding {
    const finding = this.#all.find((one) => one.id === id);
    if (finding === undefined) throw new Error(`no check ${id}`);
    return finding;
  }

  /** Neither well nor left out. */
  alarms(): readonly string[] {
    return this.#all
      .filter(({ status }) => status !== 'OK' && status !== 'SKIP')
      .map(({ status, id, says }) => `${status} ${id}: ${says}`);
  }

  /** Ids of what was examined and is well. */
  well(): readonly string[] {
    return this.#all.filter(({ status }) => status === 'OK').map(({ id }) => id);
  }
}
