import { nodeHash } from '../../../src/adapters/node-hash.js';
import type { OptionValue } from '../../../src/commands/parsed-options.js';
import type { Services } from '../../../src/commands/services.js';
import { findModeFlags } from '../../../src/config/mode-flags.js';
import type { PackFiles } from '../../../src/engine/control/canary-pack.js';
import { opening } from '../../../src/engine/control/delivery-gate.js';
import { initialRecord } from '../../../src/engine/control/register.js';
import type { ControlRecord, Mode } from '../../../src/engine/domain/control.js';
import { LEDGER_START, type LedgerEvent } from '../../../src/engine/domain/ledger.js';
import type { EngineAnswer, EngineRequest } from '../../../src/engine/ports/engine-client.js';
import { DependencyError } from '../../../src/operator-error.js';
import { fakeCommandIo } from '../../fakes/fake-command-io.js';
import { fakeGate, type FakeGate } from '../../fakes/fake-delivery-gate.js';
import { fakeKillSwitch } from '../../fakes/fake-kill-switch.js';

export const SHADOW = initialRecord({ mode: 'shadow', operator: 'ops', atMs: 1_000 });

export interface Asked {
  readonly values?: Readonly<Record<string, OptionValue>>;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly record?: ControlRecord | null;
  readonly ledgerFails?: boolean;
  /** An engine runs, and decides in this mode whatever it is told. */
  readonly engineMode?: Mode;
  /** The flags that it was started with; null: a build that does not say them. */
  readonly engineEnv?: Readonly<Record<string, string | undefined>> | null;
  /** What it says of its canary. */
  readonly session?: unknown;
  readonly unwatched?: readonly string[];
  readonly gate?: FakeGate;
  readonly cwd?: string;
  /** The mode that it says it decides in, once it is told of another one; then `engineMode` is that of before. */
  readonly follows?: Mode;
  /** What is on record already. */
  readonly recorded?: readonly LedgerEvent[];
}

export const NOW_MS = Date.UTC(2026, 1, 9, 15, 30);
export const openingOf = (scope: string) =>
  opening(nodeHash, {
    scope,
    approvedBy: 'ann',
    approvedAtMs: NOW_MS - 60_000,
    expiresAtMs: NOW_MS + 600_000,
    reason: 'go',
  });

/** A register, a ledger and an engine in memory, for the commands of mode and canary. */
export function modeBench(asked: Asked) {
  const { record = SHADOW, ledgerFails = false, engineMode, env = {} } = asked;
  const { gate = fakeGate(), recorded = [], cwd = '/nowhere' } = asked;
  const order: string[] = [];
  let newest: { readonly name: string; readonly files: PackFiles } | null = null;
  const events: LedgerEvent[] = [];
  const fake = fakeKillSwitch(record);
  if (engineMode !== undefined) {
    fake.pid = 7;
    fake.answer = (request) => engineAnswer(request, asked);
  }
  const ledger = {
    append: (event: LedgerEvent) => {
      order.push('ledger');
      if (ledgerFails)
        throw new DependencyError('disk full', { dependency: 'ledger', retryable: false });
      events.push(event);
      return { n: events.length, event, prev: '', hash: '' };
    },
    head: () => LEDGER_START,
    entries: () =>
      [...recorded, ...events].map((event, i) => ({ n: i + 1, event, prev: '', hash: '' })),
  };
  const services = {
    ...fake,
    killSwitch: async (stateDir: string) => {
      const killSwitch = await fake.killSwitch(stateDir);
      const places = killSwitch.places.map((place) => ({
        ...place,
        write: (next: ControlRecord) => {
          order.push('register');
          place.write(next);
        },
      }));
      return { ...killSwitch, places, ledger };
    },
    deliveryGate: async () => gate.gate,
    operator: async () => ({ watchdog: () => ({ state: 'none', alarm: null }) }),
    hash: async () => nodeHash,
    canaryPacks: async () => ({
      folder: (name: string) => name,
      write: (name: string, files: PackFiles) => {
        newest = { name, files };
      },
      newest: () => newest,
    }),
  } as unknown as Services;
  const io = fakeCommandIo({ env, cwd });
  const after = () => (fake.reading.state === 'present' ? fake.reading.record : null);
  return { fake, io, services, order, events, after };
}

function viewIn(mode: Mode) {
  return {
    control: { mode },
    audit: { state: 'ok' },
    word: 'EFFECTS FLOW',
    portfolio: { breakers_open: [] },
    run: { pid: 7, run_id: 'run', started_at: '', code_version: 'build' },
  };
}

function engineAnswer({ path, body }: EngineRequest, asked: Asked): EngineAnswer {
  const { engineMode, engineEnv = {}, session = null } = asked;
  const answered = (said: unknown): EngineAnswer => ({
    state: 'answered',
    status: 200,
    body: said,
  });
  const intent: unknown = Reflect.get(Object(body), 'intent');
  if (path === '/view') return answered(viewIn(engineMode ?? 'shadow'));
  if (intent === 'canary') {
    return answered({ canary: session, unwatched: asked.unwatched ?? ['credential_incident'] });
  }
  if (intent !== 'flags') return answered({ mode: asked.follows ?? engineMode });
  if (engineEnv === null) return { state: 'answered', status: 400, body: {} };
  const flags = findModeFlags({ cwd: '/nowhere', env: engineEnv });
  return answered(JSON.parse(JSON.stringify({ flags })));
}
