import type { ChainReader } from '../../engine/ports/chain-reader.js';
import {
  readAnchors,
  verifyChains,
  verifyLedger,
  type DatabaseAnchors,
  type LedgerAnchors,
  type LedgerVerdict,
} from '../../engine/verify-audit.js';
import type { ChainVerdict } from '../../engine/verify-chain.js';
import { DependencyError, EXIT, OperatorError } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import { printRows } from '../output/envelope.js';
import { chooseFields } from '../output/row-fields.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import type { AuditPorts, AuditServices } from './audit-ports.js';
import {
  anchorsRow,
  chainRow,
  databaseRow,
  ledgerRow,
  ROW_FIELDS,
  type CheckedRow,
} from './verify-rows.js';

const PAGE_ROWS = 1_000;

interface Looked {
  readonly ledger: LedgerVerdict;
  readonly anchors: LedgerAnchors;
  readonly chains: readonly ChainVerdict[];
  /** Null where the database could not be read, for the reason beside it. */
  readonly known: DatabaseAnchors | null;
  readonly unread: string;
}

/** Reads everything and changes nothing. What could not be read is never OK. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: AuditServices,
): Promise<number> {
  const fields = chooseFields('audit verify', ROW_FIELDS, options.list('fields'));
  const ports = await services.audit(options, io);
  const windowMs = options.number('sinceMs');
  const looked = await look(ports, windowMs === undefined ? null : io.nowMs() - windowMs);
  const { ledger, anchors, known } = looked;
  const rows = [
    ledgerRow(ledger, ports.ledgerPath),
    ...looked.chains.map(chainRow),
    known === null ? databaseRow(looked.unread) : anchorsRow(ledger, anchors),
  ];
  const verdict = verdictOf(rows);
  printRows(io, {
    command: 'audit.verify',
    rows,
    fields,
    data: (checked) => ({
      state: verdict.state,
      database_id: known?.databaseId ?? null,
      elsewhere: elsewhereOf(known),
      checked,
    }),
    text: (table) => `${table}${elsewhereText(known)}${plainText(verdict.words)}\n`,
  });
  return verdict.exit;
}

async function look(ports: AuditPorts, sinceMs: number | null): Promise<Looked> {
  const check = { ...ports.check(), pageRows: PAGE_ROWS };
  const ledgerOf = (known: DatabaseAnchors | null) =>
    verifyLedger({ ledger: ports.ledger, known, sinceMs }, check);
  const inDatabase = async (reader: ChainReader): Promise<Looked> => {
    const known = await readAnchors(reader, { ledgerId: firstHash(ports), place: ports.place });
    const { verdict: ledger, anchors } = ledgerOf(known);
    const chains: ChainVerdict[] = [];
    for await (const chain of verifyChains(reader, anchors, check)) chains.push(chain);
    return { ledger, anchors, chains, known, unread: '' };
  };
  const without = (unread: string): Looked => {
    const { verdict: ledger, anchors } = ledgerOf(null);
    return { ledger, anchors, chains: [], known: null, unread };
  };
  try {
    return (await ports.withChains(inDatabase)) ?? without('there is no database here yet');
  } catch (fault) {
    if (fault instanceof DependencyError) return without(fault.message);
    if (fault instanceof OperatorError && fault.exit !== EXIT.CONFIG) {
      return without(`${fault.what}: ${fault.why}`);
    }
    throw fault;
  }
}

/** Null for a ledger that has no entry, or none that can be read: its walk says which. */
function firstHash({ ledger }: AuditPorts): string | null {
  try {
    for (const { hash } of ledger.entries()) return hash;
  } catch (fault) {
    if (!(fault instanceof DependencyError)) throw fault;
  }
  return null;
}

function verdictOf(rows: readonly CheckedRow[]) {
  const count = (state: CheckedRow['state']) => rows.filter((row) => row.state === state).length;
  const [bad, unread] = [count('bad'), count('not verified')];
  if (bad > 0) {
    const words = `BROKEN: ${bad} of ${rows.length} do not hold; change nothing, keep copies (docs/audit.md)`;
    return { state: 'broken', words, exit: EXIT.FINDING };
  }
  if (unread > 0) {
    const words = `NOT VERIFIED: ${unread} of ${rows.length} could not be checked`;
    return { state: 'not verified', words, exit: EXIT.FINDING };
  }
  return { state: 'ok', words: `OK: ${rows.length} checked`, exit: EXIT.OK };
}

function elsewhereOf(known: DatabaseAnchors | null) {
  return [...(known?.elsewhere ?? [])].map(([place, { count, newestAtMs }]) => ({
    place,
    anchors: count,
    newest_at: new Date(newestAtMs).toISOString(),
  }));
}

function elsewhereText(known: DatabaseAnchors | null): string {
  const lines = elsewhereOf(known).map(
    ({ place, anchors, newest_at: at }) =>
      `not looked at: the ledger ${place} (${anchors} anchors here, newest ${at})`,
  );
  return lines.map((line) => `${plainText(line)}\n`).join('');
}
