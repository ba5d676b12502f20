import type { Config } from '../config/parse-config.js';
import { maskSecrets } from '../config/mask.js';
import { readWatchdogCredentials } from '../config/watchdog-credentials.js';
import type { OpenOrders } from '../engine/ports/open-orders.js';
import { EXIT, OperatorError } from '../operator-error.js';
import type { Tell } from '../engine/watchdog/watchdog-event.js';
import { Watchdog } from '../engine/watchdog/watchdog.js';
import { commandConfig } from './command-config.js';
import type { CommandIo } from './command-io.js';
import { configLocation } from './config-location.js';
import { envelope } from './output/envelope.js';
import type { ParsedOptions } from './parsed-options.js';
import { EXIT_OF, StopRequest } from './run/stop-request.js';
import { plainText } from '../view/plain-text.js';
import { killSwitchHalter } from './watchdog/halter.js';
import type { TakenWatch, WatchdogServices } from './watchdog/watchdog-services.js';

const SYMBOL_DEFAULT = 'BTCUSDT';
/** How often it looks whether there is a state directory by now. */
const WAIT_MS = 500;

/** Watches one state directory until somebody ends it; what it prints never keeps it from that. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: WatchdogServices,
): Promise<number> {
  const config = commandConfig(options, io);
  const orders = await openOrders(config, options, io, services);
  const stop = new StopRequest(io, (cause) => cause === 'SIGINT' || cause === 'SIGTERM');
  try {
    return await stop.orForced(watch({ config, orders, io, services }, stop));
  } finally {
    stop.forget();
  }
}

interface Call {
  readonly config: Config;
  readonly orders: OpenOrders | null;
  readonly io: CommandIo;
  readonly services: WatchdogServices;
}

async function watch({ config, orders, io, services }: Call, stop: StopRequest): Promise<number> {
  const { stateDir } = config;
  const { limitMs, lateLooks } = config.watchdog;
  const symbols = symbolsOf(config);
  const tell = teller(io);
  const does = orders === null ? 'halts only' : 'halts and cancels';
  const cancels = orders === null ? CAN_ONLY_HALT : cancelWords(orders, symbols);
  const settings = { stateDir, limitMs, lateLooks, symbols };
  tell({
    event: 'STARTS',
    words: `watches ${stateDir}, limit ${limitMs} ms and ${lateLooks} late looks; ${cancels}`,
    details: { state_dir: stateDir, limit_ms: limitMs, late_looks: lateLooks, does, symbols },
  });
  const taken = await takenWatch({ config, orders, io, services }, does, { tell, stop });
  if (taken === null) return statusOf(stop);
  try {
    const killSwitch = await services.killSwitch(stateDir);
    const halter = killSwitchHalter(killSwitch, io);
    const watchdog = new Watchdog({ ...taken.ports, halter, orders, tell }, settings);
    const isEnded = await watchdog.run(stop.signal);
    if (!isEnded) throw lostPlace(stateDir);
    tell({ event: 'ENDED', words: 'the watchdog ends: nobody watches now', details: {} });
    return statusOf(stop);
  } finally {
    taken.release();
  }
}

/** @returns null when it was ended before there was a directory */
async function takenWatch(
  { config, services }: Call,
  does: string,
  { tell, stop }: { readonly tell: Tell; readonly stop: StopRequest },
): Promise<TakenWatch | null> {
  let isTold = false;
  while (!stop.signal.aborted) {
    const taken = await services.takeWatch(config.stateDir, does);
    if (taken !== null) return taken;
    if (!isTold) {
      const words = `there is no ${config.stateDir} yet; waits for it`;
      tell({ event: 'WAITS', words, details: {} });
    }
    isTold = true;
    await services.pause(WAIT_MS, stop.signal);
  }
  return null;
}

function statusOf({ cause }: StopRequest): number {
  return cause === null ? EXIT.OK : EXIT_OF[cause];
}

const CAN_ONLY_HALT = 'without an API key of its own it can only halt, and cancels nothing';

function cancelWords({ venue }: OpenOrders, symbols: readonly string[]): string {
  return `cancels what rests at ${venue} of ${symbols.join(', ')}`;
}

function symbolsOf({ watchdog, feed }: Config): readonly string[] {
  const named = [watchdog.symbols, feed.symbols].find((symbols) => symbols.length > 0);
  return named ?? [SYMBOL_DEFAULT];
}

/** @throws OperatorError (exit 3) for a key that is there and can't be used */
async function openOrders(
  config: Config,
  options: ParsedOptions,
  io: CommandIo,
  services: WatchdogServices,
): Promise<OpenOrders | null> {
  const found = readWatchdogCredentials(config.watchdog, configLocation(options, io));
  if (found.state === 'none') return null;
  if (found.state === 'unusable') throw unusableKey(found.why);
  const { protocol, hostname } = new URL(config.feed.mexcRestUrl);
  const isHere = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
  if (protocol !== 'https:' && !isHere) {
    throw unusableKey(
      `it would go over the network unencrypted (feed.mexcRestUrl is ${protocol}//)`,
    );
  }
  return services.openOrders(config, found.credentials);
}

function teller(io: CommandIo): Tell {
  return ({ event, words, details }) => {
    const nowMs = io.nowMs();
    if (io.outputFormat !== 'text') {
      io.stdout(`${envelope('watchdog.event', { event, words, ...details }, nowMs)}\n`);
      return;
    }
    const time = new Date(nowMs).toISOString();
    io.stdout(`${time}  ${event.padEnd(12)} ${maskSecrets(plainText(words))}\n`);
  };
}

function unusableKey(why: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0342',
    what: 'Cannot use the API key of the watchdog',
    why,
    todo: 'give key and secret, each as a variable or as a file with mode 600; docs/watchdog.md',
    exit: EXIT.CONFIG,
  });
}

function lostPlace(stateDir: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0341',
    what: `The watchdog of "${stateDir}" ends: its lock is gone or is somebody else's`,
    why: 'two watchdogs on one directory would act twice',
    todo: 'cdb status says who watches; start it again if nobody does',
    exit: EXIT.CONFLICT,
  });
}
