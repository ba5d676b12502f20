import { createHash, createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { chainHash, PLAIN_CHAIN_HASH } from '../../../../src/adapters/chain-hash.js';
import { nodeHash } from '../../../../src/adapters/node-hash.js';
import { CHAIN_COLUMNS, chainStart, nextLink } from '../../../../src/engine/domain/row-chain.js';

/** Written out by hand from docs/audit.md, as somebody would who has no cdb. */
const START = '["cdb.chain.v1","control_events","run","0"]';
const ROW =
  '"pk","run","7","HALTED",{"symbol:X":"HALTED"},"paper","manual","says \\"no\\"",null,"TRADING","1700",null,"5"]';
const cells = [
  ...['pk', 'run', '7', 'HALTED', '{"symbol:X": "HALTED"}', 'paper', 'manual', 'says "no"'],
  ...[null, 'TRADING', '1700', null, '5'],
];

it('a row has the hash that the page describes', () => {
  expect(cells).toHaveLength(CHAIN_COLUMNS.control_events.length);
  const beginning = { table: 'control_events', runId: 'run', sinceId: '0' } as const;
  const start = chainStart(nodeHash, beginning);
  const sha = (text: string) => createHash('sha256').update(text).digest('hex');
  expect(start).toEqual({ n: 0, hash: sha(START) });
  const row = { table: 'control_events', cells } as const;
  const text = (key: string) => `${start.hash}:1:["cdb.row.v1","control_events",${key},${ROW}`;
  const plain = { n: 1, prev: start.hash, hash: sha(text('null')), key: null };
  expect(nextLink(PLAIN_CHAIN_HASH, start, row)).toEqual(plain);

  const hmac = (part: string) => createHmac('sha256', 'secret').update(part).digest('hex');
  const key = hmac('cdb.chain.key').slice(0, 16);
  expect(nextLink(chainHash('secret'), start, row)).toEqual({
    ...{ n: 1, prev: start.hash, key },
    hash: hmac(text(`"${key}"`)),
  });
});
