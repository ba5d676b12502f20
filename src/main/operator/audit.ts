import { PLAIN_CHAIN_HASH } from '../../adapters/chain-hash.js';
import { ledgerFiles } from '../../adapters/files/ledger-files.js';
import { writeNewFile } from '../../adapters/files/new-file.js';
import { refuseFileAsState, stateDirectory } from '../../adapters/files/state-directory.js';
import { nodeHash } from '../../adapters/node-hash.js';
import { postgresChainReader } from '../../adapters/postgres/chain-reader.js';
import { systemClock } from '../../adapters/system-clock.js';
import type { AuditPorts } from '../../commands/audit/audit-ports.js';
import { commandConfig } from '../../commands/command-config.js';
import type { CommandIo } from '../../commands/command-io.js';
import { configLocation } from '../../commands/config-location.js';
import type { ParsedOptions } from '../../commands/parsed-options.js';
import { locateStateDir } from '../../config/state-dir.js';
import { configuredChainHash } from '../audit-key.js';
import { ledgerPlace } from '../ledger-place.js';
import { externalAudit } from './external-audit.js';
import { withOwnDatabase } from './own-database.js';

/** The ledger needs no configuration; the database and its key do. */
export async function auditPorts(options: ParsedOptions, io: CommandIo): Promise<AuditPorts> {
  const state = stateDirectory(await locateStateDir(configLocation(options, io)));
  refuseFileAsState(state);
  const external = externalAudit(options, io);
  return {
    ledgerPath: state.ledger,
    ledger: ledgerFiles(state.ledger),
    place: ledgerPlace(state),
    clock: systemClock(),
    check: () => {
      const hashes = [PLAIN_CHAIN_HASH, configuredChainHash(commandConfig(options, io))];
      return {
        hash: nodeHash,
        hashOf: (keyId) => hashes.find((hash) => hash.keyId === keyId) ?? null,
      };
    },
    withChains: (work) =>
      external.isConfigured()
        ? external.use((pool) => work(postgresChainReader(pool)))
        : withOwnDatabase(commandConfig(options, io), state, (pool) =>
            work(postgresChainReader(pool)),
          ),
    writeNew: (path, texts) => writeNewFile(path, texts, 'name another directory with --out'),
  };
}
