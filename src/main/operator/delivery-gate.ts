import { join } from 'node:path';
import { tryGenerationLock, type HeldLock } from '../../adapters/embedded/generation-lock.js';
import { ledgerFiles } from '../../adapters/files/ledger-files.js';
import { refuseFileAsState, stateDirectory } from '../../adapters/files/state-directory.js';
import { gateChangedMeanwhile } from '../../adapters/gate/gate-errors.js';
import { closeFile, gatePlaces, plannedOpening, readCopy } from '../../adapters/gate/gate-file.js';
import { nodeHash } from '../../adapters/node-hash.js';
import { systemClock } from '../../adapters/system-clock.js';
import { commandConfig } from '../../commands/command-config.js';
import type { CommandIo } from '../../commands/command-io.js';
import { configLocation } from '../../commands/config-location.js';
import type { ParsedOptions } from '../../commands/parsed-options.js';
import { locateStateDir } from '../../config/state-dir.js';
import type { DeliveryGate } from '../../engine/ports/delivery-gate.js';

/** Whoever has it writes some small files. */
const LOCK_WAIT_MS = 5_000;
const LOCK_POLL_MS = 20;

export async function deliveryGate(options: ParsedOptions, io: CommandIo): Promise<DeliveryGate> {
  const { gate } = commandConfig(options, io);
  const state = stateDirectory(await locateStateDir(configLocation(options, io)));
  refuseFileAsState(state);
  const places = () => gatePlaces(io.cwd, gate.files);
  return {
    hash: nodeHash,
    ledger: ledgerFiles(state.ledger),
    copies: async () => Promise.all((await places()).map(readCopy)),
    open: async (opening) => {
      const all = await places();
      const lock = await takeLock(join(state.root, 'gate.lock'));
      if (lock === null) throw gateChangedMeanwhile(all[0]?.file ?? '', 'another cdb gate');
      try {
        const plans = all.map((place) => plannedOpening(place, opening));
        for (const write of plans) write();
      } finally {
        lock.release();
      }
    },
    close: async (closing) => {
      const all = await places();
      // Closing waits for nobody for ever, and needs no state directory that can be written.
      const lock = await takeLock(join(state.root, 'gate.lock')).catch(() => null);
      try {
        return all.map((place) => closeFile(place, closing));
      } finally {
        lock?.release();
      }
    },
  };
}

/** @returns null when somebody else has it all the time */
async function takeLock(directory: string): Promise<HeldLock | null> {
  const clock = systemClock();
  const deadlineMs = clock.monotonicMs() + LOCK_WAIT_MS;
  for (;;) {
    const lock = tryGenerationLock(directory, 'cdb gate', clock.nowMs());
    if (lock !== null || clock.monotonicMs() >= deadlineMs) return lock;
    await clock.sleep(LOCK_POLL_MS);
  }
}
