import type { LedgerEntry } from '../../engine/domain/ledger.js';
import { EXIT } from '../../operator-error.js';
import { isoOrNull, utcText } from '../../view/age.js';
import type { CommandIo } from '../command-io.js';
import type { Look } from '../follow/follow-plan.js';
import { followRows } from '../follow/follow-rows.js';
import { printRows } from '../output/envelope.js';
import { chooseFields, type RowFields } from '../output/row-fields.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import type { AuditPorts, AuditServices } from './audit-ports.js';

const ROWS_DEFAULT = 20;
const ROWS_MAX = 1_000;

type EntryJson = ReturnType<typeof entryJson>;

const ENTRY_FIELDS: RowFields<EntryJson> = {
  n: { text: ({ n }) => String(n) },
  at: { title: 'time (UTC)', text: ({ at }) => (at === null ? '-' : utcText(Date.parse(at))) },
  kind: { text: ({ kind }) => kind },
  action: { widthMax: 60, text: ({ action }) => action },
  who: { widthMax: 24, text: ({ who }) => who },
  why: { widthMax: 80, text: ({ why }) => why },
  details: { hidden: true, widthMax: 4_000, text: ({ details }) => JSON.stringify(details) },
  hash: { hidden: true, text: ({ hash }) => hash },
};

/** The newest entries of the ledger, oldest first. Needs no database, starts nothing. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: AuditServices,
): Promise<number> {
  const limit = Math.min(ROWS_MAX, options.number('count') ?? ROWS_DEFAULT);
  const fields = chooseFields('audit tail', ENTRY_FIELDS, options.list('fields'));
  const ports = await services.audit(options, io);
  const shown = { command: 'audit.tail', fields } as const;
  const newest = () => entriesBehind(ports, Math.max(0, ports.ledger.head().n - limit), limit);
  const text = (table: string) =>
    ports.ledger.head().n === 0 ? `${plainText(`no entry in ${ports.ledgerPath}`)}\n` : table;
  if (options.flag('follow')) {
    const behind = ({ n }: { readonly n: number }) =>
      lookOf(entriesBehind(ports, n, limit), n, limit);
    return followRows<EntryJson, { readonly n: number }>(io, ports.clock, {
      ...shown,
      key: ({ hash }) => hash,
      first: () => Promise.resolve({ ...lookOf(newest(), 0, Infinity), text }),
      look: (cursor) => Promise.resolve(behind(cursor)),
    });
  }
  printRows(io, { ...shown, rows: newest(), data: (entries) => ({ entries }), text });
  return EXIT.OK;
}

function lookOf(
  rows: readonly EntryJson[],
  after: number,
  limit: number,
): Look<EntryJson, { readonly n: number }> {
  const cursor = { n: rows.at(-1)?.n ?? after };
  return { page: { rows, cursor, more: rows.length >= limit }, away: null };
}

function entriesBehind({ ledger }: AuditPorts, after: number, limit: number): readonly EntryJson[] {
  const rows: EntryJson[] = [];
  for (const entry of ledger.entries(after)) {
    rows.push(entryJson(entry));
    if (rows.length >= limit) break;
  }
  return rows;
}

function entryJson({ n, hash, event }: LedgerEntry) {
  const { kind, action, atMs, who, why, details } = event;
  return { n, at: isoOrNull(atMs), kind, action, who, why, details, hash };
}
