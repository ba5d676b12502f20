import { describe, expect, test } from 'vitest';
import { atSamePlace, shellWord } from '../../../../src/commands/output/printed-command.js';
import { ParsedOptions } from '../../../../src/commands/parsed-options.js';

function place(values: Record<string, string>): ParsedOptions {
  const { stateDir, ...rest } = values;
  const configFlags =
    stateDir === undefined ? [] : [{ key: 'stateDir', flag: '--state-dir', text: stateDir }];
  return new ParsedOptions(rest, { keys: new Set(['config', 'envFile']), configFlags });
}

describe('a command that is printed', () => {
  test('names the place that the call was about', () => {
    const at = place({ stateDir: '../a b/.cdb' });
    expect(atSamePlace('cdb kill-switch engage', at)).toBe(
      "cdb kill-switch engage --state-dir '../a b/.cdb'",
    );
    expect(atSamePlace('cdb status shows it, "cdb stop" ends it', place({ stateDir: 'x' }))).toBe(
      'cdb status --state-dir x shows it, "cdb stop --state-dir x" ends it',
    );
    expect(atSamePlace('cdb streams peek stream.fills 8-0', place({ stateDir: 'x' }))).toBe(
      'cdb streams peek --state-dir x stream.fills 8-0',
    );
    expect(atSamePlace('then: cdb watchdog ack --operator NAME', place({ stateDir: 'x' }))).toBe(
      'then: cdb watchdog ack --state-dir x --operator NAME',
    );
    expect(atSamePlace('cdb doctor --fix; cdb audit verify', place({ stateDir: 'x' }))).toBe(
      'cdb doctor --state-dir x --fix; cdb audit verify --state-dir x',
    );
    expect(atSamePlace('cdb config validate', place({ config: 'c', envFile: 'e' }))).toBe(
      'cdb config validate --config c --env-from e',
    );
  });

  test('is told from a flag that the text names behind it', () => {
    const text = 'cdb status shows it, cdb stop ends it; or use another --state-dir';
    expect(atSamePlace(text, place({ stateDir: 'x' }))).toBe(
      'cdb status --state-dir x shows it, cdb stop --state-dir x ends it; or use another --state-dir',
    );
    const byHand = 'start it by hand: cd /a && cdb run --config=my.yaml --detach';
    expect(atSamePlace(byHand, place({ config: 'my.yaml' }))).toBe(byHand);
  });

  test('stays as it is where the call named no place, or the command has one', () => {
    expect(atSamePlace('cdb stop', place({}))).toBe('cdb stop');
    const named = 'cdb logs -f --state-dir /y; cdb explain RC_002; cdb --help; cdb replay sample';
    expect(atSamePlace(named, place({ stateDir: 'x' }))).toBe(named);
  });

  test('has its words quoted for a shell where they have to be', () => {
    expect(shellWord('/srv/cdb-1/a.b,c:d=e@f%g+h')).toBe('/srv/cdb-1/a.b,c:d=e@f%g+h');
    expect(shellWord("it's")).toBe(String.raw`'it'\''s'`);
    expect(shellWord('')).toBe("''");
    expect(shellWord('$(id)')).toBe("'$(id)'");
  });
});
