import { BUILD } from './commands/build-info.js';
import type { CommandIo } from './commands/command-io.js';
import type { ParsedOptions } from './commands/parsed-options.js';
import { plainText } from './view/plain-text.js';
import { readCommandLine } from './main/command-line.js';
import { refuseUnknownFormat, requestedFormat } from './main/output-format.js';
import { flushOutput, processIo, surviveLostOutput } from './main/process-io.js';
import { services } from './main/services.js';
import { withTimeout } from './main/timeout.js';
import { EXIT } from './operator-error.js';

const VERSION = `${BUILD.version} (${BUILD.commit})`;

/** Of the command that was called. */
let called: ParsedOptions | undefined;

/** The engine that this process is or wanted to be; its failure belongs into its log. */
let engine: { readonly options: ParsedOptions; readonly io: CommandIo } | undefined;

async function main(args: readonly string[]): Promise<number> {
  const call = readCommandLine(args, VERSION, requestedFormat(args, process.env));
  if (call === undefined) return EXIT.OK;
  const { options, spec } = call;
  if (spec.unstoppable !== true && spec.hidden !== true) refuseUnknownFormat(process.env);
  called = options;
  const timeoutMs = options.number('timeoutMs');
  return withTimeout(timeoutMs, async (deadline) => {
    const handler = await call.spec.load();
    const io = processIo(args, deadline);
    if (call.spec.name === 'run') engine = { options, io };
    return handler.run(options, io, services);
  });
}

/** The one place where the process ends. */
async function end(status: number): Promise<never> {
  await flushOutput();
  // Whoever keeps the output of a command that did well must not take it for complete.
  const told = status === EXIT.OK && isOutputLost() ? EXIT.UNREACHABLE : status;
  // Handles of a finished command (sockets, timers) must not keep it alive.
  // eslint-disable-next-line no-restricted-properties -- the single exit of the program
  process.exit(told);
}

async function fail(fault: unknown): Promise<never> {
  try {
    return await report(fault);
  } catch (second) {
    // Reporting failed too (a full disk, a broken terminal): say what can be said and end.
    process.stderr.write(`cdb: ${plainText(String(fault))}\ncdb: ${plainText(String(second))}\n`);
    return end(EXIT.INTERNAL);
  }
}

async function report(fault: unknown): Promise<never> {
  // Loaded only now: a start without a fault need not pay for it.
  const { errorText } = await import('./commands/output/error-text.js');
  const { reportFault } = await import('./main/fault.js');
  const error = reportFault(fault, args, Date.now());
  if (engine !== undefined) {
    const { logFault } = await import('./main/engine/log-fault.js');
    await logFault(error, engine);
  }
  process.stderr.write(errorText(error, requestedFormat(args, process.env), called));
  return end(error.exit);
}

const args = process.argv.slice(2);
const isOutputLost = surviveLostOutput(() => void end(EXIT.OK));
process.on('uncaughtException', (fault) => void fail(fault));
process.on('unhandledRejection', (fault) => void fail(fault));
await main(args).then(end, fail);
