import { engineClient } from '../../adapters/control-socket/engine-client.js';
import { lockedEngine } from '../../adapters/files/engine-lock.js';
import { latchPlace } from '../../adapters/files/latch-file.js';
import { openLocalEventLog } from '../../adapters/files/local-event-log.js';
import { openRunRegistry } from '../../adapters/files/run-registry.js';
import {
  isEmptyState,
  refuseFileAsState,
  stateDirectory,
  type StateDirectory,
} from '../../adapters/files/state-directory.js';
import { postgresAuditReader } from '../../adapters/postgres/audit-reader.js';
import { systemClock } from '../../adapters/system-clock.js';
import { commandConfig } from '../../commands/command-config.js';
import type { CommandIo } from '../../commands/command-io.js';
import { configLocation } from '../../commands/config-location.js';
import type { OperatorPorts, StackPort } from '../../commands/operator-ports.js';
import type { ParsedOptions } from '../../commands/parsed-options.js';
import type { SecretUrl } from '../../config/secrets.js';
import { originText } from '../../config/setting.js';
import { locateStateDir } from '../../config/state-dir.js';
import { effectiveRecord } from '../../engine/control/register.js';
import { journalStream } from '../../engine/journal.js';
import type { LastRun, LatchWords } from '../../engine/ports/engine-client.js';
import { watchdogStanding } from '../watchdog/standing.js';
import { inputsDirectory } from '../engine/places.js';
import { externalAudit } from './external-audit.js';
import { withOwnDatabase } from './own-database.js';
import { withStreamFiles } from './stream-files.js';

/**
 * Only a database and a Redis need a valid configuration: a broken file must not hide a running
 * engine.
 */
export async function operatorPorts(options: ParsedOptions, io: CommandIo): Promise<OperatorPorts> {
  const state = stateDirectory(await locateStateDir(configLocation(options, io)));
  refuseFileAsState(state);
  const process = lockedEngine(state.engineLock);
  const external = externalAudit(options, io);
  let stack: StackPort | null | undefined;
  return {
    stateDir: state.root,
    engine: engineClient(process),
    process,
    clock: systemClock(),
    lastRun: () => lastRun(state),
    latch: () => latchWords(state),
    watchdog: () => watchdogStanding(state, systemClock().nowMs()),
    stack: () => {
      if (stack === undefined) {
        const { redisUrl } = commandConfig(options, io);
        stack = redisUrl === undefined ? null : stackPort(redisUrl);
      }
      return stack;
    },
    shared: async () => {
      const { redisUrl } = commandConfig(options, io);
      const { sharedStanding } = await import('./shared-standing.js');
      return sharedStanding(options, io, redisUrl);
    },
    withEventLog: (work) => withStreamFiles(state.root, work),
    readsDirectly: () => external.isConfigured(),
    withAudit: (work) =>
      external.isConfigured()
        ? external.read(work)
        : withOwnDatabase(commandConfig(options, io), state, (pool) =>
            work(postgresAuditReader(pool)),
          ),
  };
}

/** The client loads when it is used first: most commands ask an engine and need none. */
function stackPort(secret: SecretUrl): StackPort {
  let opened: Promise<Pick<StackPort, 'use'>> | null = null;
  return {
    where: originText(secret.origin),
    use: async (work) => {
      opened ??= import('./redis-stack.js').then(({ redisStack }) => redisStack(secret));
      return (await opened).use(work);
    },
  };
}

async function lastRun(state: StateDirectory): Promise<LastRun | null> {
  const run = openRunRegistry(state.runs).list().at(-1);
  if (run === undefined) return null;
  const readOnly = { clock: systemClock(), readOnly: true };
  const inputs = openLocalEventLog(inputsDirectory(state), readOnly);
  const spool = openLocalEventLog(state.spool, readOnly);
  try {
    const journaled = await inputs.info(journalStream(run.runId));
    const seqJournaled = journaled?.lastId?.seq ?? 0;
    // The file of the spool keeps what was committed until it is full.
    const isCommitted = run.seqCommitted !== null && run.seqCommitted >= seqJournaled;
    const kept = isCommitted ? [] : await spool.list();
    const waiting = kept.reduce((sum, { length }) => sum + length, 0);
    return {
      runId: run.runId,
      mode: run.mode,
      feed: run.feed,
      seed: run.seed,
      startedAtMs: run.startedAtMs,
      endedAtMs: run.endedAtMs,
      seqJournaled,
      seqCommitted: run.seqCommitted,
      spoolBatches: waiting,
    };
  } finally {
    await inputs.close();
    await spool.close();
  }
}

function latchWords(state: StateDirectory): LatchWords | null {
  const latch = latchPlace(state.control);
  const stateDirEmpty = isEmptyState(state);
  const { record, faults, mayInitialise } = effectiveRecord(
    [{ place: latch.name, reading: latch.read() }],
    { stateDirEmpty },
  );
  if (mayInitialise) return null;
  const { level, mode, operator, atMs } = record;
  const reason = faults.length === 0 ? record.reason : faults.join('; ');
  return { level, mode, reason, operator, atMs: atMs === 0 ? null : atMs };
}
