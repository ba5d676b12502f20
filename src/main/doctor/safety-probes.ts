import { findRunningPostgres } from '../../adapters/embedded/embedded-postgres.js';
import { isEmptyState } from '../../adapters/files/state-directory.js';
import { configLocation } from '../../commands/config-location.js';
import { readEverywhere } from '../../commands/kill-switch/kill-switch-ports.js';
import { engineCanary } from '../../commands/mode/engine-canary.js';
import { countingFlags } from '../../commands/mode/engine-flags.js';
import { askedMode, textMember } from '../../commands/mode/mode-ports.js';
import { lookAtGate } from '../../commands/gate/gate-look.js';
import { modeUnder } from '../../config/mode-flags.js';
import type { Config } from '../../config/parse-config.js';
import type { CanarySession, GateFacts, SafetyFacts } from '../../doctor/safety/facts.js';
import type { Probes } from '../../doctor/facts.js';
import type { Absent, Observed, Probe } from '../../doctor/reading.js';
import { gateWarnings } from '../../engine/control/delivery-gate-warnings.js';
import { effectiveRecord, type PlacedReading } from '../../engine/control/register.js';
import { OperatorError } from '../../operator-error.js';
import { configuredChainHash } from '../audit-key.js';
import { auditPorts } from '../operator/audit.js';
import { deliveryGate } from '../operator/delivery-gate.js';
import { killSwitch } from '../operator/kill-switch.js';
import { sharedPlaces } from '../operator/shared-places.js';
import { watchdogStanding } from '../watchdog/standing.js';
import { configured, type DoctorPlace } from './doctor-place.js';
import { askedServices } from './asked-services.js';
import { readDrills, readLedger } from './safety-ledger.js';
import { askKillSwitch, readKillSwitchFile } from './safety-stack.js';

const NEVER_RAN: Absent = { absent: 'nothing ever ran in this state directory' };
const VIEW_WAIT_MS = 1_000;

export function safetyProbes(place: DoctorPlace): Probes<SafetyFacts> {
  const { state, clock } = place;
  const now = <T>(value: T): Observed<T> => ({ value, observedAtMs: clock.nowMs() });
  /** Of what only a state directory has that somebody used. */
  const here = <T>(source: string, read: () => T | Promise<T>): Probe<T> => ({
    source,
    read: async () => (isEmptyState(state) ? NEVER_RAN : now(await read())),
  });
  return {
    register: { source: 'control register', read: () => readRegister(place) },
    drills: here(state.proofs, () => readDrills(place)),
    ledger: configured(place, (config) => ledgerProbe(place, config)),
    deliveryGate: configured(place, () => ({
      source: 'delivery gate',
      read: async () => now(await readGate(place)),
    })),
    watchdog: here(state.watchdogHeartbeat, () => ({
      standing: watchdogStanding(state, clock.nowMs()),
      isEngineRunning: killSwitch(state.root).engine.holder() !== null,
    })),
    tradingMode: here('register, flags and engine', () => readMode(place)),
    canary: here('engine', () => readCanary(place)),
    auditKey: configured(place, (config) => ({
      source: config.audit.hmacKeyFile ?? 'configuration',
      read: () => Promise.resolve(now(readKey(config))),
    })),
    ...stackProbes(place),
  };
}

async function readRegister(
  place: DoctorPlace,
): Promise<Observed<readonly PlacedReading[]> | Absent> {
  const { state, options, io, clock } = place;
  const own = killSwitch(state.root);
  const { places: shared } = await sharedPlaces(options, io);
  try {
    const { readings } = await readEverywhere(own, shared);
    // What was never written is no loss where nothing else was ever kept.
    const isEmpty = own.isStateEmpty();
    const told = readings.filter(
      ({ isShared, reading }) => !(isEmpty && isShared !== true && reading.state === 'absent'),
    );
    if (isEmpty && told.every(({ reading }) => reading.state === 'absent')) return NEVER_RAN;
    return { value: told, observedAtMs: clock.nowMs() };
  } finally {
    await Promise.all(shared.map((one) => one.close().catch(() => undefined)));
  }
}

function ledgerProbe(place: DoctorPlace, config: Config): Probe<SafetyFacts['ledger']> {
  const { state, options, io, clock } = place;
  return {
    source: state.ledger,
    read: async () => {
      if (isEmptyState(state)) return NEVER_RAN;
      const isUp =
        config.databaseUrl !== undefined || findRunningPostgres(config.stateDir) !== null;
      const value = await readLedger(place, await auditPorts(options, io), isUp);
      return { value, observedAtMs: clock.nowMs() };
    },
  };
}

async function readGate({ options, io, clock }: DoctorPlace): Promise<GateFacts> {
  const gate = await deliveryGate(options, io);
  const { copies, moment, judge } = await lookAtGate(gate, clock.nowMs());
  const stated = copies.flatMap(({ working }) =>
    working.state === 'present' ? working.stated.openings : [],
  );
  const scopes = [...new Set(stated.flatMap(({ scope }) => scope ?? []))];
  return {
    files: copies.flatMap(({ file, working }) => (working.state === 'absent' ? [] : [file])),
    openScopes: scopes.filter((scope) => judge(scope).open).sort(),
    warnings: gateWarnings(gate.hash, copies, moment),
  };
}

async function readMode({ state, options, io }: DoctorPlace): Promise<SafetyFacts['tradingMode']> {
  const own = killSwitch(state.root);
  const { found, words } = await countingFlags(own, io, configLocation(options, io));
  const answer = await own.client.call({ method: 'GET', path: '/view', timeoutMs: VIEW_WAIT_MS });
  const body: unknown = answer.state === 'answered' ? answer.body : null;
  return {
    effective: modeUnder(askedMode(controlHere(own)), found),
    flagsOf: words,
    engineMode: textMember(Reflect.get(Object(body), 'control'), 'mode'),
  };
}

async function readCanary({ state, io }: DoctorPlace): Promise<SafetyFacts['canary']> {
  const own = killSwitch(state.root);
  const { session } = await engineCanary(own, io);
  return {
    registerMode: controlHere(own).record.mode,
    session: session === null ? null : canarySession(session),
    isEngineRunning: own.engine.holder() !== null,
  };
}

function controlHere(own: ReturnType<typeof killSwitch>) {
  const readings = own.places.map((one) => ({ place: one.name, reading: one.read() }));
  return effectiveRecord(readings, { stateDirEmpty: own.isStateEmpty() });
}

function canarySession(said: unknown): CanarySession {
  const number = (name: string) => Number(Reflect.get(Object(said), name));
  return {
    phase: textMember(said, 'phase') ?? 'unknown',
    detail: textMember(said, 'detail') ?? '',
    heldQty: textMember(said, 'heldQty') ?? 'unknown',
    symbol: textMember(said, 'symbol') ?? '',
    ranMs: number('ranMs'),
    durationMs: number('durationMs'),
  };
}

function readKey(config: Config): SafetyFacts['auditKey'] {
  const path = config.audit.hmacKeyFile;
  if (path === undefined) return { state: 'none' };
  try {
    return { state: 'usable', path, keyId: configuredChainHash(config).keyId ?? '' };
  } catch (fault) {
    if (!(fault instanceof OperatorError)) throw fault;
    return { state: 'unusable', path, why: fault.why };
  }
}

type StackFact = 'killSwitchFiles' | 'killSwitchSaid';

function stackProbes(place: DoctorPlace): Pick<Probes<SafetyFacts>, StackFact> {
  const { clock } = place;
  return {
    killSwitchFiles: configured(place, ({ doctor: { killSwitchFiles: paths } }) => ({
      source: 'kill-switch files',
      read: () => {
        if (paths.length === 0)
          return Promise.resolve({ absent: 'no file is configured (doctor.killSwitchFiles)' });
        return Promise.resolve({
          value: paths.map(readKillSwitchFile),
          observedAtMs: clock.nowMs(),
        });
      },
    })),
    killSwitchSaid: configured(place, (config) => ({
      source: 'GET /kill-switch',
      read: async (signal) => {
        // The only service of the stack that answers for it.
        const asked = askedServices(config, place).filter(({ key }) => key.includes('risk'));
        if (asked.length === 0) {
          return { absent: 'no risk service that may be asked is configured (doctor.services)' };
        }
        const limits = { timeoutMs: config.doctor.checkMs, signal };
        const value = await Promise.all(asked.map((one) => askKillSwitch(one, limits)));
        return { value, observedAtMs: clock.nowMs() };
      },
    })),
  };
}
