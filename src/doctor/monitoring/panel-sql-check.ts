import { check, evidence, notExamined, type Check } from '../check.js';

const NOW_MS_MAX = 60_000;

export const panelSql: Check = check({
  id: 'monitoring.panel_sql',
  group: 'monitoring',
  level: 'P2',
  title: 'SQL of panels asks for columns that the schema has',
  matters: 'an empty panel reads as "nothing happened"',
  components: ['monitoring'],
  needs: ['panelSql'],
  windowMs: NOW_MS_MAX,
  examine: (seen) => {
    const { examined, faults, comparedWith, notJudged } = seen.panelSql.value;
    const figures = { examined, faults: faults.length, not_judged: notJudged.length };
    const templated =
      notJudged.length === 0
        ? ''
        : `; ${notJudged.length} not judged (variables, or no answer in time)`;
    const all = `${examined} queries of panels`;
    if (faults.length > 0) {
      const words = faults.map((fault) => `${fault.panel}: ${fault.words}`);
      return {
        status: 'FAIL',
        says: `${faults.length} of ${all} fail on ${comparedWith}: ${words.join('; ')}${templated}`,
        evidence: words.map((fault) => evidence(seen.panelSql, fault)),
        remedy: {
          does: 'correct the queries of the panels by the columns that there are',
          command: 'cdb contracts list',
          risk: 'none: a panel only reads',
          gate: null,
        },
        figures,
      };
    }
    if (examined === 0) {
      return notExamined(`no query of a panel is left to compare${templated}`);
    }
    const says = `${all} fit ${comparedWith}${templated}`;
    return { status: 'OK', says, evidence: [evidence(seen.panelSql, says)], figures };
  },
});
