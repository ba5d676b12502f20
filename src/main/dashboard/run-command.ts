import type { CommandIo, OutputFormat } from '../../commands/command-io.js';
import { errorText } from '../../commands/output/error-text.js';
import type { ScreenCall } from '../../commands/dashboard/dashboard-services.js';
import type { ParsedOptions } from '../../commands/parsed-options.js';
import { readCommandLine } from '../command-line.js';
import { reportFault } from '../fault.js';

/** What a command may print before the rest of it is left out. */
const TEXT_LENGTH_MAX = 1_000_000;

export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Call {
  /** Without the place: it is that of the dashboard. */
  readonly argv: readonly string[];
  readonly format: OutputFormat;
  /** Ends what waits when the dashboard ends. */
  readonly signal: AbortSignal;
}

/**
 * Runs a command of cdb in this process, as a shell would that has no terminal: it can ask nothing,
 * and what it prints is kept. Never throws; a fault is text on its stderr.
 * @param options of the dashboard's own call
 */
export async function runCommand(
  { argv, format, signal }: Call,
  { options, io, services }: ScreenCall,
): Promise<Ran> {
  const out = { stdout: '', stderr: '' };
  const keep = (name: keyof typeof out) => (text: string) => {
    if (out[name].length < TEXT_LENGTH_MAX) out[name] += text.slice(0, TEXT_LENGTH_MAX);
    return true;
  };
  const captured: CommandIo = {
    ...io,
    stdout: keep('stdout'),
    stderr: keep('stderr'),
    stdoutDrained: () => Promise.resolve(),
    stdoutIsTTY: false,
    canAsk: false,
    onResize: () => () => undefined,
    onStop: () => () => undefined,
    outputFormat: format,
    deadline: signal,
  };
  const words = [...argv, ...placeWords(options)];
  try {
    const call = readCommandLine(words, '', format);
    if (call === undefined) return { status: 0, ...out };
    const handler = await call.spec.load();
    const status = await handler.run(call.options, captured, services);
    return { status, ...out };
  } catch (fault) {
    const error = reportFault(fault, words, io.nowMs());
    captured.stderr(errorText(error, 'text', options));
    return { status: error.exit, ...out };
  }
}

/** The flags that name the place of this call, for another one. */
export function placeWords(options: ParsedOptions): readonly string[] {
  const stateDir = options.configFlags.find(({ key }) => key === 'stateDir')?.text;
  const flags = {
    'state-dir': stateDir,
    config: options.text('config'),
    'env-from': options.text('envFile'),
  };
  return Object.entries(flags).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, value],
  );
}
