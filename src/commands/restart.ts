import { EXIT } from '../operator-error.js';
import type { CommandIo } from './command-io.js';
import type { OperatorPorts, OperatorServices } from './operator-ports.js';
import { printResult } from './output/envelope.js';
import type { ParsedOptions } from './parsed-options.js';
import { startAgain } from './restart/start-again.js';
import { restartableLaunch } from './restart/restartable-launch.js';
import type { DetachServices } from './run/detached-child.js';
import { EXIT_OF, StopRequest } from './run/stop-request.js';
import { startCommand } from './status-answer.js';
import { GRACE_MS_DEFAULT, stopEngine } from './stop.js';
import { plainText } from '../view/plain-text.js';

/** Stops the engine as `cdb stop` does and starts it in the background with its own options. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: OperatorServices & DetachServices,
): Promise<number> {
  const ports = await services.operator(options, io);
  const stop = new StopRequest(io, (cause) => cause !== 'unwritable');
  try {
    return await stop.orForced(restart({ options, services, ports, stop }, io));
  } finally {
    stop.forget();
  }
}

interface Call {
  readonly options: ParsedOptions;
  readonly services: DetachServices;
  readonly ports: OperatorPorts;
  readonly stop: StopRequest;
}

async function restart({ options, services, ports, stop }: Call, io: CommandIo): Promise<number> {
  const holder = ports.process.holder();
  if (holder === null) return notRunning(ports, io);
  // Everything that can be found wrong is found while the old one still runs.
  const launch = restartableLaunch(holder, options.flag('detach'), io);
  const graceMs = options.number('graceMs') ?? GRACE_MS_DEFAULT;
  const ended = await stopEngine(ports, io, { holder, limitMs: { graceMs, drain: false } });
  io.stderr(`pid ${holder.pid}: ${ended}\n`);
  if (stop.cause !== null && stop.cause !== 'EPIPE') {
    const { stateDir } = ports;
    const by = startCommand(stateDir, await ports.lastRun());
    io.stderr(plainText(`interrupted: STOPPED and NOT started again; start it with ${by}`) + '\n');
    return EXIT_OF[stop.cause];
  }
  const timeoutMs = options.number('timeoutMs');
  const waitHealthyMs = options.number('waitHealthyMs');
  return startAgain(services, launch, { ports, io, stop, timeoutMs, waitHealthyMs });
}

async function notRunning(ports: OperatorPorts, io: CommandIo): Promise<number> {
  const { stateDir } = ports;
  const command = `${startCommand(stateDir, await ports.lastRun())} --detach`;
  printResult(io, {
    command: 'restart',
    data: { restarted: false, state_dir: stateDir, start_with: command },
    text: () =>
      `${plainText(`nothing to restart: no engine holds ${stateDir}`)}\nstart    ${plainText(command)}\n`,
  });
  return EXIT.FINDING;
}
