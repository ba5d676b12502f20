import { check, evidence, skip, type Remedy } from '../check.js';
import type { Finding as DriftFinding } from '../../schema/contracts/finding.js';
import type { SchemaDrift } from './facts.js';

const NOW_MS_MAX = 60_000;
const EXAMPLES_MAX = 5;
const fields = {
  group: 'schema',
  windowMs: NOW_MS_MAX,
  components: ['database', 'audit_trail'],
} as const;

/** With one of these an INSERT, or all of them, fail. */
const REFUSES: readonly DriftFinding['kind'][] = [
  'table missing',
  'table elsewhere',
  'not a table',
  'column missing',
  'column extra',
  'type',
  'nullability',
  'statement',
  'privilege',
  'insert column not in contract',
  'contract missing',
];

export const drift = check({
  ...fields,
  id: 'schema.drift',
  level: 'P0',
  title: 'contract, code and live columns agree',
  matters:
    'a column that is missing, too short or never null refuses rows that nobody misses at once',
  needs: ['drift', 'database'],
  after: ['postgres.reach', 'schema.required_tables'],
  examine: ({ drift: seen, database }) => {
    const { owner, findings, tables } = seen.value;
    if (owner === 'nobody') return skip('there is no schema yet');
    const judged = database.value.isReader ? findings.filter(isNoRight) : findings;
    const left =
      judged.length < findings.length ? `; rights of a role that only reads are not` : '';
    const fails = judged.filter((finding) => finding.level === 'FAIL' && !isNotFinite(finding));
    const warns = judged.filter(
      (finding) => finding.level === 'WARN' && finding.kind !== 'setting',
    );
    const figures = { tables, fail: fails.length, warn: warns.length };
    const of = (some: readonly DriftFinding[]) =>
      some.slice(0, EXAMPLES_MAX).map(({ words }) => evidence(seen, words));
    const [first] = fails;
    if (first !== undefined) {
      const refused = fails.some(({ kind }) => REFUSES.includes(kind));
      return {
        status: 'FAIL',
        level: refused ? 'P0' : 'P1',
        says: `${countWords(fails.length)}, the first: ${first.words}`,
        evidence: of(fails),
        figures,
        remedy: owner === 'stack' ? STACK_REMEDY : DRIFT_REMEDY,
      };
    }
    const [mild] = warns;
    if (mild !== undefined) {
      const says = `${countWords(warns.length)} that refuse nothing, the first: ${mild.words}`;
      return {
        status: 'WARN',
        level: 'P2',
        says,
        evidence: of(warns),
        figures,
        remedy: DRIFT_REMEDY,
      };
    }
    const says = `${agreedWords(seen.value)}${left}`;
    return { status: 'OK', says, evidence: [evidence(seen, says)], figures };
  },
});

/** The look of a role that may only read says nothing of the rights of the one that writes. */
function isNoRight({ kind, found }: DriftFinding): boolean {
  return kind !== 'privilege' && !(kind === 'statement' && (found ?? '').includes('(42501)'));
}

/** Has a check of its own. */
function isNotFinite({ kind, expected }: DriftFinding): boolean {
  return kind === 'value' && expected === 'a number';
}

function agreedWords({ owner, tables, prepared }: SchemaDrift): string {
  return owner === 'stack'
    ? `${tables} tables take what the services of the stack send`
    : `${tables} tables are as their contracts say, and ${prepared} statements can run`;
}

function countWords(count: number): string {
  return count === 1 ? '1 difference' : `${count} differences`;
}

const DRIFT_REMEDY: Remedy = {
  does: 'see what contract, code and live schema say of each column',
  command: 'cdb drift',
  risk: 'none: it only reads',
  gate: null,
  testsAfter: ['cdb drift ends with exit 0'],
};

const STACK_REMEDY: Remedy = {
  does: 'derive the table from the INSERT of the code, not from memory, and migrate it',
  command: 'cdb migrate plan',
  risk: 'needs the delivery gate, and a look at schema and rows afterwards; planning changes nothing',
  gate: 'migrations',
  testsAfter: ['restart only the service that writes it', 'produce a signal', 'its rows grow'],
};

export const migrations = check({
  ...fields,
  id: 'schema.migrations',
  level: 'P1',
  title: 'the migrations of this build are applied',
  matters:
    'an engine refuses to start on another schema, and what was half applied is trusted by nobody',
  needs: ['migrations', 'postgres'],
  after: ['postgres.reach'],
  examine: ({ migrations: seen, postgres }) => {
    const { owner, state, names } = seen.value;
    if (owner === 'stack' || state === null) {
      return skip('a stack that cdb did not start has no history of our migrations');
    }
    if (owner === 'nobody' && postgres.value.kind === 'embedded') {
      return skip('the first cdb run applies them');
    }
    const list = names.length > 3 ? `${names.slice(0, 3).join(', ')}, …` : names.join(', ');
    const figures = { state, migrations: names.length };
    if (state === 'equal') {
      const says = `${names.length} migrations are applied, none is pending`;
      return { status: 'OK', says, evidence: [evidence(seen, says)], figures };
    }
    const says = `${STATES[state].words(names.length)}: ${list}`;
    const { command, does } = STATES[state];
    return {
      // Nobody has begun there: it may be what is set up just now.
      status: owner === 'nobody' ? 'WARN' : 'FAIL',
      says,
      evidence: [evidence(seen, says)],
      figures,
      remedy: {
        ...{ does, command },
        risk: 'the command that is named only tells; applying needs the delivery gate',
        gate: state === 'behind' || state === 'interrupted' ? 'migrations' : null,
        testsAfter: ['cdb migrate status says that nothing is pending'],
      },
    };
  },
});

type BadState = 'behind' | 'ahead' | 'edited' | 'out of order' | 'interrupted';
const STATES: Readonly<
  Record<BadState, { words: (n: number) => string; command: string; does: string }>
> = {
  behind: {
    words: (n) => `behind: ${n} migrations are pending`,
    command: 'cdb migrate plan',
    does: 'see what the pending migrations would do',
  },
  interrupted: {
    words: (n) => `interrupted: one was begun and nobody saw its end, ${n} are pending`,
    command: 'cdb migrate plan',
    does: 'see what is left to do; cdb migrate up repairs it',
  },
  ahead: {
    words: () => 'ahead: a newer cdb has migrated it',
    command: 'cdb explain CDB-E0412',
    does: 'use the newer cdb',
  },
  edited: {
    words: (n) => `drifted: ${n} files are not as they were applied`,
    command: 'cdb explain CDB-E0413',
    does: 'bring back the files that were applied',
  },
  'out of order': {
    words: (n) => `out of order: ${n} have a lower number than one that is applied`,
    command: 'cdb explain CDB-E0450',
    does: 'give the late files new numbers',
  },
};

export const versionRows = check({
  ...fields,
  id: 'schema.version_rows',
  level: 'P1',
  title: 'what a row of a version claims is really there',
  matters:
    'a fresh volume claims the newest version without its tables: everybody who reads it is misled',
  needs: ['migrations'],
  after: ['postgres.reach'],
  examine: ({ migrations: seen }) => {
    const { owner, claimed, absent, names, state } = seen.value;
    const newest = claimed.at(-1);
    if (owner === 'stack' && newest === undefined) return skip('there is no table of versions');
    if (owner === 'nobody') return skip('there is no schema yet');
    const who = owner === 'stack' ? `schema_version says ${newest ?? ''}` : 'the history';
    const figures = { claimed: newest ?? null, absent: absent.length };
    if (absent.length === 0) {
      const count = owner === 'stack' ? claimed.length : state === 'equal' ? names.length : null;
      const says = `${who}: all that ${count ?? 'the applied'} versions made is there`;
      return { status: 'OK', says, evidence: [evidence(seen, says)], figures };
    }
    const told = absent.map(({ by, what }) => `${what} (${by})`);
    const isAudit = absent.some(({ what }) => AUDIT.test(what));
    return {
      status: 'FAIL',
      level: isAudit ? 'P0' : 'P1',
      says: `${who}, but ${absent.length} of what it claims is not there: ${told.slice(0, EXAMPLES_MAX).join(', ')}`,
      evidence: told.map((what) => evidence(seen, `${what} has left nothing in the catalog`)),
      figures,
      remedy: {
        does: 'judge by the catalog, and apply what is really missing',
        command: 'cdb migrate plan',
        risk: 'needs the delivery gate; versions must not be deleted to make it run again',
        gate: 'migrations',
        testsAfter: ['cdb doctor --group schema'],
      },
    };
  },
});

/** Migrations that make or complete the audit trail. */
const AUDIT = /004 risk_events|\b005\b|\b006\b|risk_events|blocked_decisions|correlation_ledger/;
