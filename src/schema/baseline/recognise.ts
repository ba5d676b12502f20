import type { CatalogRelation } from '../catalog/catalog.js';
import { OLD_TABLES, type OldTable } from './old-tables.js';

/** What a relation is that has the name of one of ours. */
export type Recognised =
  | { readonly is: 'old'; readonly table: string; readonly form: string }
  | { readonly is: 'unknown'; readonly table: string; readonly why: string };

/** By the live catalog alone: rows of versions claim what was never applied. */
export function recognise(relation: CatalogRelation): Recognised {
  const { name: table, kind } = relation;
  if (kind !== 'table') return { is: 'unknown', table, why: `it is a ${kind}` };
  const forms = OLD_TABLES.filter((old) => old.table === table);
  const found = forms.find((old) => differences(old, relation).length === 0);
  if (found !== undefined) return { is: 'old', table, form: formWords(found, relation) };
  const [nearest] = forms
    .map((old) => ({ old, all: differences(old, relation) }))
    .sort((a, b) => a.all.length - b.all.length);
  const why =
    nearest === undefined
      ? 'the old stack has no table of that name'
      : `nearest is ${nearest.old.form}, but ${nearest.all.slice(0, 3).join(', ')}`;
  return { is: 'unknown', table, why };
}

function differences(old: OldTable, { columns }: CatalogRelation): readonly string[] {
  const lacking = Object.entries(old.columns).flatMap(([name, type]) => {
    const column = columns.find((one) => one.name === name);
    if (column === undefined) return [`${name} is missing`];
    return column.type === type ? [] : [`${name} is ${column.type}, not ${type}`];
  });
  const beyond = (old.without ?? []).filter((name) => columns.some((one) => one.name === name));
  return [...lacking, ...beyond.map((name) => `${name} is there`)];
}

/** 005 adds to whatever definition it finds. */
function formWords({ table, form }: OldTable, { columns }: CatalogRelation): string {
  const has005 = table === 'risk_events' && columns.some(({ name }) => name === 'decision_pk');
  return has005 ? `${form} with 005` : form;
}

/**
 * Of the old migrations, which are there; by what each of them leaves in the catalog.
 * @param relations without those that our own migrations have made
 */
export function oldLineage(
  relations: readonly CatalogRelation[],
): Readonly<Record<string, boolean>> {
  const table = (name: string) => relations.find((one) => one.name === name);
  const column = (name: string, wanted: string) =>
    table(name)?.columns.find((one) => one.name === wanted);
  const has = (name: string, wanted?: string) =>
    wanted === undefined ? table(name) !== undefined : column(name, wanted) !== undefined;
  return {
    base: ['signals', 'orders', 'trades', 'positions', 'portfolio_snapshots'].every((n) => has(n)),
    '002': column('orders', 'price')?.nullable === true,
    '003': has('orders', 'order_id'),
    '004 risk_events': has('risk_events'),
    '004 governance': has('audit_trail') && has('governance_events'),
    '005': has('risk_events', 'decision_pk'),
    '006': has('correlation_ledger') && has('blocked_decisions'),
    '007': has('audit_trail', 'integrity_algo'),
    '008': has('system_config'),
    '009': has('deployment_approvals_mirror', 'integrity_algo'),
    '010': has('core_secrets_metadata', 'integrity_algo'),
    '011': has('trades', 'realized_pnl'),
    candles_1m: has('candles_1m'),
    '013': has('candle_backfill_imports'),
  };
}
