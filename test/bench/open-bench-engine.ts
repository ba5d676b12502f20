import { findModeFlags } from '../../src/config/mode-flags.js';
import { parseConfig } from '../../src/config/parse-config.js';
import type { EngineHandle } from '../../src/commands/services.js';
import { openEngine } from '../../src/main/engine/open-engine.js';

/** The engine as `cdb run` opens it, without a screen. */
export async function openBenchEngine(
  mode: 'shadow' | 'paper',
  settings: Readonly<Record<string, string>>,
): Promise<EngineHandle> {
  const parsed = parseConfig({
    flags: Object.entries({ ...settings, 'run.mode': mode, 'metrics.port': '0' }).map(
      ([key, text]) => ({ key, flag: `--${key}`, text }),
    ),
    env: {},
    files: [],
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const opened = await openEngine({
    config: parsed.config,
    mode,
    flags: findModeFlags({ cwd: process.cwd(), env: {} }),
    restart: false,
    launch: { words: [], cwd: process.cwd(), env: {}, detached: false },
    signal: new AbortController().signal,
    onStep: () => undefined,
    onCommitted: () => undefined,
    onNotice: (text) => process.stderr.write(`${text}\n`),
  });
  if (opened.state !== 'ready') throw new Error('the run is finished already');
  return opened.engine;
}
