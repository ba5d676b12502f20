import { newestRuns, rowBeforeEnd } from '../../../adapters/postgres/chain-ends.js';
import { PLAIN_CHAIN_HASH } from '../../../adapters/chain-hash.js';
import { nodeHash } from '../../../adapters/node-hash.js';
import { postgresChainReader } from '../../../adapters/postgres/chain-reader.js';
import type { PgPool } from '../../../adapters/postgres/pg-pool.js';
import { readOnly } from '../../../adapters/postgres/read-only.js';
import { sessionOf } from '../../../adapters/postgres/sql-client.js';
import type { Config } from '../../../config/parse-config.js';
import type { ChainEnd, ChainFacts } from '../../../doctor/postgres/facts.js';
import { CHAIN_TABLES, type ChainHash, type ChainTable } from '../../../engine/domain/row-chain.js';
import { wordsOf } from '../../../engine/domain/words-of.js';
import { verifyChain, type ChainAsk, type ChainCheck } from '../../../engine/verify-chain.js';
import { hasColumn } from '../../../schema/written/sample.js';
import { lookAtMirrors } from '../../../schema/written/mirrors.js';
import { configuredChainHash } from '../../audit-key.js';
import type { SchemaLook } from './look-at-schema.js';

const RUNS_MAX = 3;
/** Of each chain: the whole is for `cdb audit verify`. */
const ROWS = 200;
const PAGE_ROWS = 1_000;

export async function chainFacts(
  pool: PgPool,
  { facts, catalog, readable }: SchemaLook,
  config: Config,
): Promise<ChainFacts> {
  const { hashes, keyFault } = configuredHashes(config);
  if (facts.owner !== 'cdb') {
    const mirrors = await readOnly(pool, 'read the hashes of rows', (client) =>
      lookAtMirrors(sessionOf(client), catalog),
    );
    return { ends: [], keyFault, mirrors };
  }
  const isChained = (table: ChainTable) => {
    const relation = catalog.relations[table];
    return readable.has(table) && relation !== undefined && hasColumn(relation, 'chain_n');
  };
  const tables = readable.has('audit_cursor') ? CHAIN_TABLES.filter(isChained) : [];
  const ends: ChainEnd[] = [];
  const runs =
    tables.length === 0
      ? []
      : await pool.use('list the newest runs', (client) => newestRuns(sessionOf(client), RUNS_MAX));
  const check: ChainCheck = {
    hash: nodeHash,
    hashOf: (keyId) => hashes.find((hash) => hash.keyId === keyId) ?? null,
    pageRows: PAGE_ROWS,
  };
  for (const runId of runs) {
    for (const table of tables) ends.push(await endOf(pool, { table, runId }, check));
  }
  return { ends, keyFault, mirrors: [] };
}

async function endOf(
  pool: PgPool,
  { table, runId }: Pick<ChainAsk, 'table' | 'runId'>,
  check: ChainCheck,
): Promise<ChainEnd> {
  const before = await pool.use(`find the end of ${table}`, (client) =>
    rowBeforeEnd(sessionOf(client), table, { runId, count: ROWS }),
  );
  if (before !== null && (before.n === null || before.hash === null)) {
    // Rows from before there was a chain stand so near its end that there is little to look at.
    return { table, runId, checked: 0, head: 0, fault: null, missingKeys: [] };
  }
  const from =
    before === null || before.n === null || before.hash === null
      ? null
      : { head: { n: before.n, hash: before.hash }, place: before.place };
  const ask = { table, runId, anchored: new Map<number, string>(), from };
  const { checked, head, fault, keys } = await verifyChain(postgresChainReader(pool), ask, check);
  return {
    ...{ table, runId, checked, head: head.n },
    fault: fault === null ? null : `position ${fault.n}: ${fault.what}`,
    missingKeys: keys.flatMap(({ isProven, keyId }) => (isProven ? [] : [keyId ?? 'none'])),
  };
}

/** A key that cannot be used is a finding, and what needs none can still be looked at. */
function configuredHashes(config: Config): {
  readonly hashes: readonly ChainHash[];
  readonly keyFault: string | null;
} {
  try {
    return { hashes: [PLAIN_CHAIN_HASH, configuredChainHash(config)], keyFault: null };
  } catch (fault) {
    return { hashes: [PLAIN_CHAIN_HASH], keyFault: wordsOf(fault) };
  }
}
