import { describe, expect, test } from 'vitest';
import { run } from '../../../src/commands/explain.js';
import { CODES } from '../../../src/commands/explain/explain-code.js';
import { ParsedOptions } from '../../../src/commands/parsed-options.js';
import { CONFIG_KEYS } from '../../../src/config/keys.js';
import { ERROR_CATALOGUE } from '../../../src/operator-error/catalogue.js';
import { EXIT } from '../../../src/operator-error.js';
import { fakeCommandIo } from '../../fakes/fake-command-io.js';
import { fakeOperator } from '../../fakes/fake-operator-ports.js';

function explain(code: string, outputFormat: 'text' | 'json' = 'text'): string {
  const io = fakeCommandIo({ outputFormat });
  expect(run(new ParsedOptions({ codeOrId: code }), io, fakeOperator())).toBe(EXIT.OK);
  return io.out.join('');
}

describe('cdb explain', () => {
  test('knows every code of an error and of a refused decision', () => {
    expect(CODES).toEqual(expect.arrayContaining(Object.keys(ERROR_CATALOGUE)));
    for (const code of CODES) {
      expect(explain(code.toLowerCase())).toMatch(new RegExp(`^${code}: \\w`));
    }
  });

  test('says what a refused decision is judged by, and where that is set', () => {
    const text = explain('RC_010');
    expect(text).toMatch(/^RC_010: the signal is too weak.*\ntry: compare the signal/);
    expect(text).toMatch(/^thresholds\.overrides\.gate\.pctChange15mPpMin +0\.1 +3$/m);
    expect(text).toContain('in force: cdb config get thresholds.overrides.gate.pctChange15mPpMin');
    expect(JSON.parse(explain('RC_001', 'json')).data.limits).toContainEqual({
      key: 'thresholds.overrides.regime.atrHighVol',
      default: null,
      reference: 2,
    });
  });

  test('names only keys that exist', () => {
    const known = CONFIG_KEYS.map(({ key }) => key);
    for (const code of CODES) {
      const { limits = [] } = JSON.parse(explain(code, 'json')).data;
      for (const { key } of limits) expect(known, code).toContain(key);
    }
  });

  test.each([
    ['RC_01', 'cdb explain RC_001'],
    ['rk_exposre', 'cdb explain RK_EXPOSURE'],
    ['CDB-E0110', 'cdb explain CDB-E0101'],
    ['CDB-E9999', undefined],
    ['no such thing', 'take the code from the first line of the error'],
  ])('%s is exit 8 with the nearest', (code, todo) => {
    expect(() => explain(code)).toThrow(
      expect.objectContaining({
        exit: EXIT.NOT_FOUND,
        todo: todo ?? expect.stringMatching(/^cdb explain CDB-E/),
      }),
    );
  });
});
