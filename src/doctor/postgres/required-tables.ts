import { check, evidence, skip, type CheckContext, type Evidence, type Remedy } from '../check.js';
import type { TableFacts } from './facts.js';

const NOW_MS_MAX = 60_000;

/** What is lost while a table is missing. */
const LOST: Readonly<Record<string, string>> = {
  risk_events: 'risk decisions are not persisted',
  blocked_decisions: 'blocked decisions are not persisted',
  correlation_ledger: 'nothing links a fill to its signal',
  signals: 'signals are not persisted',
  orders: 'orders are not persisted',
  trades: 'fills are not persisted',
  positions: 'positions are not persisted',
  candles_1m: 'candles are not persisted',
  portfolio_snapshots: 'portfolio snapshots are not persisted',
};

export const requiredTables = check({
  id: 'schema.required_tables',
  group: 'schema',
  level: 'P0',
  title: 'every table that is written exists',
  matters: 'whoever writes to a missing table fails with each row, and looks healthy meanwhile',
  components: ['audit_trail', 'risk'],
  needs: ['tables', 'database'],
  looks: ['engine', 'services', 'stack'],
  after: ['postgres.reach'],
  windowMs: NOW_MS_MAX,
  examine: ({ tables, database }, context) => {
    const { owner, schema } = database.value;
    const required = tables.value.filter(({ isRequired }) => isRequired);
    const missing = required.filter(({ exists }) => !exists);
    const count = `${required.length - missing.length} of ${required.length} required tables are there`;
    const figures = { required: required.length, missing: missing.length };
    if (missing.length === 0) {
      return { status: 'OK', says: count, evidence: [evidence(tables, count)], figures };
    }
    const living = whoWrites(context);
    if (owner === 'nobody' && living.length === 0) {
      return skip(`nothing was made in schema ${schema ?? 'public'} yet, and nobody writes`);
    }
    const [first] = missing;
    return {
      status: 'FAIL',
      says: `${missingWords(missing)} (${count})${first === undefined ? '' : `: ${lostWords(missing)}`}`,
      evidence: [
        ...missing.map(({ table, neededBy }) =>
          evidence(tables, `to_regclass('${table}') is null; ${neededBy} writes it`),
        ),
        ...living,
      ],
      figures: { ...figures, tables: missing.map(({ table }) => table).join(' ') },
      remedy: remedyOf(missing),
    };
  },
});

function missingWords(missing: readonly TableFacts[]): string {
  const names = missing.map(({ table }) => table);
  return names.length === 1
    ? `table ${names.join('')} is missing`
    : `${names.length} tables are missing: ${names.join(', ')}`;
}

function lostWords(missing: readonly TableFacts[]): string {
  const lost = missing.map(({ table }) => LOST[table] ?? `${table} is not written`);
  const [worst = ''] = lost;
  return lost.length === 1 ? worst : `${worst}, and ${lost.length - 1} more kinds of rows are lost`;
}

/** Whoever is up and well while the table is missing: health says nothing of effects. */
function whoWrites({ readings }: CheckContext): readonly Evidence[] {
  const { engine, services, stack } = readings;
  const told: Evidence[] = [];
  if (engine.state === 'read' && engine.value !== null) {
    told.push(evidence(engine, `an engine runs meanwhile and says ${engine.value.word}`));
  }
  if (services.state === 'read') {
    const healthy = services.value.filter(({ health }) => health?.status === 200);
    const names = healthy.map(({ service }) => service).join(', ');
    if (names !== '') told.push(evidence(services, `healthy meanwhile: ${names}`));
  }
  if (stack.state === 'read') {
    const filled = stack.value.streams.filter(({ length }) => length > 0);
    const names = filled.map(({ name }) => name).join(', ');
    if (names !== '') told.push(evidence(stack, `streams with entries: ${names}`));
  }
  return told;
}

function remedyOf(missing: readonly TableFacts[]): Remedy {
  const tables = missing.map(({ table }) => table).join(', ');
  const services = [...new Set(missing.map(({ neededBy }) => neededBy))].join(', ');
  return {
    does: `migrate: make ${tables} with an idempotent migration`,
    command: 'cdb migrate plan',
    risk: 'needs the delivery gate, and a look at schema and rows afterwards; planning changes nothing',
    gate: 'migrations',
    instead: [
      {
        does: 'turn persistence off (not recommended, only as a stop-gap)',
        risk: 'decisions stay without a record, which nobody can make up for later',
      },
    ],
    testsAfter: [
      `restart only ${services}`,
      'produce a signal',
      'its log shows persistence instead of the error',
      `rows of ${missing[0]?.table ?? ''} are more than 0 (SELECT count(*))`,
    ],
  };
}
