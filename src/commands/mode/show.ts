import { STOP_PROMISE_MS } from '../../engine/control/stop-outcome.js';
import { findModeFlags, modeUnder, type FoundFlags } from '../../config/mode-flags.js';
import type { ConfigLocation } from '../../config/config-files.js';
import { locateStateDir } from '../../config/state-dir.js';
import type { EffectiveMode } from '../../engine/control/effective-mode.js';
import { FLAG_WORDS, LIVE_FLAGS, MODE_FLAGS } from '../../engine/control/mode-flags.js';
import type { EffectiveControl } from '../../engine/control/register.js';
import { ordersTo } from '../../engine/engine-status.js';
import { EXIT } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import { configLocation } from '../config-location.js';
import type { KillSwitch, KillSwitchServices } from '../kill-switch/kill-switch-ports.js';
import { readControl } from '../kill-switch/kill-switch-ports.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import { textTable } from '../tables/text-table.js';
import { countingFlags, type CountingFlags } from './engine-flags.js';
import { askedMode, engineWords, textMember, type EngineWord } from './mode-ports.js';

interface Shown {
  readonly control: EffectiveControl;
  readonly flagsOf: string;
  readonly found: FoundFlags;
  readonly effective: EffectiveMode;
  readonly engine: EngineWord;
}

/** Reads files and variables; an engine that is away or hangs is said, and waited for one second. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: KillSwitchServices,
): Promise<number> {
  const location = configLocation(options, io);
  const killSwitch = await services.killSwitch(await locateStateDir(location));
  const control = readControl(killSwitch);
  const { found, words: flagsOf } = await shownFlags(killSwitch, io, location);
  const effective = modeUnder(askedMode(control), found);
  const engine = await engineWord(killSwitch);
  const shown = { control, flagsOf, found, effective, engine };
  printResult(io, {
    command: 'mode.show',
    data: shownData(shown),
    text: () => shownText(shown),
  });
  return effective.verdict === 'NO-GO' ? EXIT.FINDING : EXIT.OK;
}

/** Those of the engine; where it does not say them, those of this terminal are better than none. */
async function shownFlags(
  killSwitch: KillSwitch,
  io: CommandIo,
  location: ConfigLocation,
): Promise<Pick<CountingFlags, 'found' | 'words'>> {
  const flags = await countingFlags(killSwitch, io, location);
  if (flags.whose !== 'unknown') return flags;
  return { found: findModeFlags(location), words: `this terminal; ${flags.words}` };
}

async function engineWord({ client, engine }: KillSwitch): Promise<EngineWord> {
  const pid = engine.holder()?.pid ?? null;
  const answer = await client.call({ method: 'GET', path: '/view', timeoutMs: STOP_PROMISE_MS });
  if (answer.state === 'absent') return { state: 'absent', mode: null, pid: null, why: '' };
  if (answer.state === 'silent') {
    return { state: 'not-confirmed', mode: null, pid: answer.pid ?? pid, why: answer.why };
  }
  const mode = textMember(Reflect.get(Object(answer.body), 'control'), 'mode');
  const why = mode === null ? `it answered with status ${answer.status}` : '';
  return { state: mode === null ? 'not-confirmed' : 'follows', mode, pid, why };
}

function shownText({ control, found, flagsOf, effective, engine }: Shown): string {
  const { record, source } = control;
  const { mode, asked, verdict, flags, why, notMore } = effective;
  const line = (label: string, text: string) => `  ${label.padEnd(13)}${plainText(text)}\n`;
  const lines = (label: string, texts: readonly string[]) =>
    texts.map((text, i) => line(i === 0 ? label : '', text)).join('');
  const rows = MODE_FLAGS.map((name) => [
    name,
    found.flags[name] === undefined ? 'not set' : `"${found.flags[name]}"`,
    found.origins[name],
    readsAs(found.flags[name], FLAG_WORDS[name]),
    LIVE_FLAGS[name] ?? '',
  ]);
  const titles = ['flag', 'value', 'from', 'reads as', 'live needs'];
  return [
    `MODE ${mode}   ${verdict}${asked === mode ? '' : ` (asked for: ${asked ?? 'unknown'})`}\n`,
    line('register', `${record.mode}, level ${record.level}, epoch ${record.epoch}, ${source}`),
    line('engine', engineWords(engine)),
    line('orders go to', ordersTo(mode)),
    line('flags of', flagsOf),
    line('flags say', `${flags.profile}; they permit ${flags.permits} at most`),
    lines('why', why),
    lines('not more', notMore),
    '\n',
    textTable(
      titles.map((title) => ({ title })),
      rows,
    ),
  ].join('');
}

function readsAs(value: string | undefined, words: readonly string[]): string {
  if (value === undefined) return '-';
  return words.includes(value) ? value : `MISSPELLED: ${words.join(' or ')}`;
}

function shownData({ control, found, flagsOf, effective, engine }: Shown): unknown {
  const { record, source, faults } = control;
  return {
    mode: effective.mode,
    asked: effective.asked,
    verdict: effective.verdict,
    why: effective.why,
    not_more: effective.notMore,
    orders_to: ordersTo(effective.mode),
    register: { mode: record.mode, level: record.level, epoch: record.epoch, source, faults },
    engine: { state: engine.state, mode: engine.mode, pid: engine.pid, why: engine.why },
    flags: {
      of: flagsOf,
      profile: effective.flags.profile,
      permits: effective.flags.permits,
      values: MODE_FLAGS.map((name) => ({
        name,
        value: found.flags[name] ?? null,
        origin: found.origins[name],
        reads_as: readsAs(found.flags[name], FLAG_WORDS[name]),
        live_needs: LIVE_FLAGS[name] ?? null,
      })),
    },
  };
}
