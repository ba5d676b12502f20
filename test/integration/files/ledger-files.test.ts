import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ledgerFiles } from '../../../src/adapters/files/ledger-files.js';
import { nodeHash } from '../../../src/adapters/node-hash.js';
import { LEDGER_START, ledgerFault, type LedgerEvent } from '../../../src/engine/domain/ledger.js';
import type { Ledger } from '../../../src/engine/ports/ledger.js';
import { childProgram, startChild } from './child-program.js';
import { temporaryDirectory } from './log-on-disk.js';

let directory: ReturnType<typeof temporaryDirectory>;
let place: string;
let ledger: Ledger;
beforeEach(() => {
  directory = temporaryDirectory();
  place = join(directory.path, 'ledger');
  ledger = ledgerFiles(place);
});
afterEach(() => {
  directory.remove();
});

function engaged(atMs: number): LedgerEvent {
  const details = { epoch: atMs, text: 'line one\nline two' };
  return { kind: 'control', action: 'engaged', atMs, who: 'ops', why: 'drill', details };
}

/** @returns every fault of the chain, in order */
function faults(): readonly string[] {
  const found: string[] = [];
  let head = LEDGER_START;
  for (const entry of ledger.entries()) {
    const fault = ledgerFault(nodeHash, head, entry);
    if (fault !== null) found.push(fault);
    head = entry;
  }
  return found;
}

function change(n: number, edit: (text: string) => string): void {
  const path = join(place, `${String(n).padStart(9, '0')}.json`);
  writeFileSync(path, edit(readFileSync(path, 'utf8')));
}

describe('the ledger on disk', () => {
  it('keeps what was appended, each entry behind the one before', () => {
    expect(ledger.head()).toEqual(LEDGER_START);
    const written = [1, 2, 3].map((atMs) => ledger.append(engaged(atMs)));
    expect([...ledger.entries()]).toEqual(written);
    expect(written.map(({ n }) => n)).toEqual([1, 2, 3]);
    expect(ledger.head()).toMatchObject({ n: 3, hash: written[2]?.hash });
    expect(faults()).toEqual([]);
    expect(readdirSync(place)).toHaveLength(3);
  });

  it('names an entry that was changed or taken away', () => {
    for (const atMs of [1, 2, 3, 4]) ledger.append(engaged(atMs));
    change(2, (text) => text.replace('"who":"ops"', '"who":"eve"'));
    expect(faults()).toEqual(['entry 2 is not what was written']);
    rmSync(join(place, '000000003.json'));
    expect(faults()).toEqual([
      'entry 2 is not what was written',
      'entry 3 is missing; the next is 4',
    ]);
  });

  it('goes on behind an entry that nobody can read, which stays named', () => {
    ledger.append(engaged(1));
    ledger.append(engaged(2));
    change(2, (text) => text.slice(0, 40));
    expect(ledger.append(engaged(3)).n).toBe(3);
    expect(() => faults()).toThrow('000000002.json" can not be used');
  });

  it('is one chain, whoever writes it at the same time', async () => {
    const program = childProgram(
      directory.path,
      `import { ledgerFiles } from './src/adapters/files/ledger-files.js';
       const ledger = ledgerFiles(process.argv[2]);
       for (let n = 0; n < 25; n += 1) {
         ledger.append({
           kind: 'control', action: 'engaged', atMs: n, who: process.argv[3], why: '', details: {},
         });
       }`,
    );
    const writers = ['a', 'b', 'c'].map((who) => startChild(program, [place, who]));
    const closed = writers.map((writer) => once(writer, 'close'));
    expect((await Promise.all(closed)).map(([status]: unknown[]) => status)).toEqual([0, 0, 0]);
    expect(faults()).toEqual([]);
    const who = [...ledger.entries()].map(({ event }) => event.who);
    expect(who.toSorted().join('')).toBe(['a', 'b', 'c'].map((one) => one.repeat(25)).join(''));
  });
});
