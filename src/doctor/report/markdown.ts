import type { DayReport, ToldFinding } from './day-report.js';
import type { FixPlan } from './fix-plan.js';
import type { Section, SectionRow } from './section.js';

/**
 * The report for people, made from the same content as its JSON: one part of the file of its day.
 * Lines end with "\n".
 */
export function reportMarkdown(report: DayReport): string {
  return [
    `## Check-up ${report.observed_at.slice(11, 16)} UTC`,
    Object.entries(report.header)
      .map(([name, value]) => `- ${name}: ${cell(value)}`)
      .join('\n'),
    '### Executive summary',
    `Daily status: **${report.status}**`,
    topText(report.top_findings),
    `Next step (exactly one): ${nextStepWords(report)}`,
    comparedText(report),
    ...report.sections.filter(({ number }) => number < '4').map(sectionText),
    '### 4 Fix plan',
    report.fix_plan.length === 0 ? 'Nothing has to be mended.' : '',
    ...report.fix_plan.map(planText),
    ...report.sections.filter(({ number }) => number > '4').map(sectionText),
    '### Conclusion',
    `Status: **${report.status}**`,
    topText(report.top_findings),
    `Next step (exactly one): ${nextStepWords(report)}`,
    report.related_issues.length === 0
      ? ''
      : `Related issues:\n\n${report.related_issues.map((words) => `- ${cell(words)}`).join('\n')}`,
  ]
    .filter((part) => part !== '')
    .map((part) => `${part}\n`)
    .join('\n');
}

export function nextStepWords({ next_step }: Pick<DayReport, 'next_step'>): string {
  const { does, command, gate } = next_step;
  const how = command === null ? does : `\`${command}\` (${does})`;
  return gate === null ? how : `${how}; needs the delivery gate: ${gate}`;
}

function topText(findings: readonly ToldFinding[]): string {
  return findings
    .map(({ status, level, id, says }, at) => {
      const grade = status === 'OK' ? status : `${status} ${level}`;
      return `${at + 1}. **${grade}** ${id}: ${cell(says)}`;
    })
    .join('\n');
}

function comparedText({ compared }: DayReport): string {
  if (compared.previous_at === null) return 'Compared with: no earlier report';
  const parts = (['new', 'gone', 'still', 'flapping'] as const).map((name) => {
    const ids = compared[name];
    return `${name}: ${ids.length === 0 ? 'none' : ids.join(', ')}`;
  });
  return [`Compared with ${compared.previous_at}:`, '', ...parts.map((part) => `- ${part}`)].join(
    '\n',
  );
}

function sectionText({ number, title, words, rows }: Section): string {
  const depth = number.includes('.') ? '####' : '###';
  const parts = [
    `${depth} ${number} ${title}`,
    words.map((sentence) => `- ${cell(sentence)}`).join('\n'),
    tableText(rows),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function tableText(rows: readonly SectionRow[]): string {
  const columns = Object.keys(rows[0] ?? {});
  if (columns.length === 0) return '';
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const body = rows.map((row) =>
    line(columns.map((column) => cell(String(row[column] ?? 'unknown')))),
  );
  return [line(columns), line(columns.map(() => '---')), ...body].join('\n');
}

function planText({ finding, priority, problem, gate, options, tests_after }: FixPlan): string {
  const told = options.map(({ does, command, risk, is_recommended }, at) => {
    const how = command === null ? '' : ` (\`${command}\`)`;
    const advice = is_recommended ? 'recommended' : 'not recommended';
    return `- option ${at + 1} (${advice}): ${cell(does)}${how}; risk: ${cell(risk)}`;
  });
  const tests = tests_after.map((test, at) => `  ${at + 1}. ${cell(test)}`);
  return [
    `#### ${finding} (${priority})`,
    '',
    `Problem: ${cell(problem)}`,
    '',
    ...told,
    `- gate: ${gate === null ? 'none' : `needs the delivery gate, scope ${gate}`}`,
    ...(tests.length === 0 ? [] : ['- tests after the fix:', '', ...tests]),
  ].join('\n');
}

/** Texts come from logs and trackers: none of them may end a table or begin a heading. */
function cell(text: string): string {
  return text
    .replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .replaceAll('|', '\\|')
    .replace(/[<>]/g, (mark) => (mark === '<' ? '&lt;' : '&gt;'));
}
