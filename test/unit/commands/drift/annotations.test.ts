import { expect, it } from 'vitest';
import { githubAnnotations } from '../../../../src/commands/drift/annotations.js';
import type { Finding } from '../../../../src/schema/contracts/finding.js';

const FINDING: Finding = {
  level: 'FAIL',
  table: 'risk_events',
  kind: 'column missing',
  subject: 'reason_code',
  expected: 'varchar(20)',
  found: null,
  words: 'column reason_code does not exist: 100 % fail\n::set-output name=x::y',
};

it('is one line for each finding, whatever its words hold', () => {
  expect(githubAnnotations([FINDING, { ...FINDING, level: 'WARN', words: 'a' }], () => null)).toBe(
    '::error title=cdb drift%3A column missing risk_events.reason_code::column reason_code does not exist: 100 %25 fail%0A::set-output name=x::y\n' +
      '::warning title=cdb drift%3A column missing risk_events.reason_code::a\n',
  );
});

it('names the place in a file', () => {
  const place = () => ({ file: 'src/a,b.py', line: 12 });
  expect(githubAnnotations([{ ...FINDING, words: 'x' }], place)).toBe(
    '::error file=src/a%2Cb.py,line=12,title=cdb drift%3A column missing risk_events.reason_code::x\n',
  );
});

it('lets no control character through', () => {
  expect(githubAnnotations([{ ...FINDING, words: 'a\u001b[2Jb' }], () => null)).toContain(
    '::a [2Jb\n',
  );
});
