import type { Finding } from '../../schema/contracts/finding.js';
import { UNPRINTABLE } from '../../view/plain-text.js';

/**
 * Workflow commands of GitHub Actions, one line a finding: they show up beside the change that is
 * looked at. @param place of the file that is compared; null for a database
 */
export function githubAnnotations(
  findings: readonly Finding[],
  place: (finding: Finding) => { readonly file: string; readonly line: number } | null,
): string {
  return findings.map((finding) => annotation(finding, place(finding))).join('');
}

function annotation(
  { level, kind, table, subject, words }: Finding,
  place: { readonly file: string; readonly line: number } | null,
): string {
  const about = [table, subject].filter((name) => name !== '').join('.');
  const properties = [
    ...(place === null ? [] : [`file=${property(place.file)}`, `line=${place.line}`]),
    `title=${property(`cdb drift: ${kind} ${about}`)}`,
  ];
  return `::${level === 'FAIL' ? 'error' : 'warning'} ${properties.join(',')}::${data(words)}\n`;
}

/** Line ends would begin another command. */
function data(text: string): string {
  const plain = text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  return plain.replace(UNPRINTABLE, ' ');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
