import { nodeHash } from '../../src/adapters/node-hash.js';
import { PLAIN_CHAIN_HASH } from '../../src/adapters/chain-hash.js';
import type { ChainHash, ChainTable } from '../../src/engine/domain/row-chain.js';
import type { ChainReader } from '../../src/engine/ports/chain-reader.js';
import { verifyChain, type ChainAsk, type ChainVerdict } from '../../src/engine/verify-chain.js';

export interface Verifying {
  /** Those at hand besides none. */
  readonly keys?: readonly ChainHash[];
  readonly anchored?: ChainAsk['anchored'];
  readonly from?: ChainAsk['from'];
  readonly pageRows?: number;
}

/** Pages of three, so that every chain of a test crosses a border. */
export function verdictOf(
  reader: Pick<ChainReader, 'rows'>,
  { table, runId }: { readonly table: ChainTable; readonly runId: string },
  { keys = [], anchored = new Map(), from = null, pageRows = 3 }: Verifying = {},
): Promise<ChainVerdict> {
  const hashers = [PLAIN_CHAIN_HASH, ...keys];
  return verifyChain(
    reader,
    { table, runId, anchored, from },
    {
      hash: nodeHash,
      hashOf: (keyId) => hashers.find((one) => one.keyId === keyId) ?? null,
      pageRows,
    },
  );
}
