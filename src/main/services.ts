import { COMMANDS, GLOBAL_OPTIONS } from '../commands/command-table.js';
import type { Services } from '../commands/services.js';

/** The composition root: the one place that knows which adapter stands behind which port. */
export const services: Services = {
  commandTable: { commands: COMMANDS, globalOptions: GLOBAL_OPTIONS },
  async replaceFile(path, text, mode) {
    const { writeFileAtomic } = await import('../adapters/files/atomic-file.js');
    writeFileAtomic(path, text, mode);
  },
  async withStreamFiles(stateDir, work) {
    const { withStreamFiles } = await import('./operator/stream-files.js');
    return withStreamFiles(stateDir, work);
  },
  async hash() {
    const { nodeHash } = await import('../adapters/node-hash.js');
    return nodeHash;
  },
  async tradeFile(source, symbols) {
    const { openFileFeed } = await import('../adapters/files-feed/open-file-feed.js');
    return openFileFeed(source, { symbols });
  },
  async operator(options, io) {
    const { operatorPorts } = await import('./operator/operator-ports.js');
    return operatorPorts(options, io);
  },
  async killSwitch(stateDir) {
    const { killSwitch } = await import('./operator/operator-ports.js');
    return killSwitch(stateDir);
  },
  async ledger(stateDir) {
    const [{ ledgerFiles }, { stateDirectory }] = await Promise.all([
      import('../adapters/files/ledger-files.js'),
      import('../adapters/files/state-directory.js'),
    ]);
    return ledgerFiles(stateDirectory(stateDir).ledger);
  },
  async canaryPacks(stateDir) {
    const { canaryPacks } = await import('./operator/canary-packs.js');
    return canaryPacks(stateDir);
  },
  isGateOpen(scope) {
    return Promise.resolve({ state: 'MISSING', detail: `no gate answers for ${scope}` });
  },
  async engineLog(options, io) {
    const { openLogReader } = await import('./operator/log-reader.js');
    return openLogReader(options, io);
  },
  async migrations(options, io) {
    const { migrationDatabase } = await import('./operator/migrations.js');
    return migrationDatabase(options, io);
  },
  async startDetached(stateDir, launch) {
    const { startDetached } = await import('./operator/start-detached.js');
    return startDetached(stateDir, launch);
  },
  async openEngine(order) {
    const { openEngine } = await import('./engine/open-engine.js');
    return openEngine(order);
  },
};
