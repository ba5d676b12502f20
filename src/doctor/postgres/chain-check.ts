import { check, evidence, skip } from '../check.js';

const NOW_MS_MAX = 60_000;

export const auditChains = check({
  id: 'schema.audit_chains',
  group: 'schema',
  level: 'P0',
  title: 'the newest rows of the audit trail are what was written',
  matters: 'a row that was changed, or that no key proves, is no record: it fails closed',
  components: ['audit_trail'],
  needs: ['chains'],
  after: ['postgres.reach', 'schema.required_tables'],
  windowMs: NOW_MS_MAX,
  examine: ({ chains }) => {
    const { ends, keyFault, mirrors } = chains.value;
    const looked = ends.filter(({ checked, fault }) => checked > 0 || fault !== null);
    const signed = mirrors.filter(({ rows }) => rows > 0);
    const faults = [
      ...(keyFault === null ? [] : [`the key of the chain: ${keyFault}`]),
      ...looked.flatMap(({ table, runId, fault }) =>
        fault === null ? [] : [`${table} of run ${runId}, ${fault}`],
      ),
      ...looked.flatMap(({ table, runId, missingKeys }) =>
        missingKeys.map(
          (key) => `${table} of run ${runId} was hashed with key ${key}, which is not at hand`,
        ),
      ),
      ...signed.flatMap(({ table, rows, withoutHash }) =>
        withoutHash === 0
          ? []
          : [`${withoutHash} of ${rows} rows of ${table} have no integrity hash or algorithm`],
      ),
    ];
    const checked = looked.reduce((sum, one) => sum + one.checked, 0);
    const figures = { chains: looked.length, rows_checked: checked, faults: faults.length };
    const [first] = faults;
    if (first !== undefined) {
      const more = faults.length > 1 ? `, and ${faults.length - 1} more` : '';
      return {
        status: 'FAIL',
        says: `${first}${more}`,
        evidence: faults.map((what) => evidence(chains, what)),
        figures,
        remedy: {
          does: 'verify every chain to its beginning; change nothing, keep copies',
          command: 'cdb audit verify',
          risk: 'none: it only reads',
          gate: null,
        },
      };
    }
    if (signed.length > 0) {
      const says = `${signed.map(({ table, rows }) => `${rows} rows of ${table}`).join(', ')} carry a hash whose key cdb does not have: nobody has verified them here`;
      return { status: 'WARN', level: 'P2', says, evidence: [evidence(chains, says)], figures };
    }
    if (looked.length === 0) {
      return skip('no rows carry a hash yet');
    }
    const says = `the last ${checked} rows of ${looked.length} chains hold`;
    return { status: 'OK', says, evidence: [evidence(chains, says)], figures };
  },
});
