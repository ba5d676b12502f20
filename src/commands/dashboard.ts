import { resolve } from 'node:path';
import { EXIT, OperatorError } from '../operator-error.js';
import type { Board } from '../view/board/board.js';
import { plainText } from '../view/plain-text.js';
import { THEMES, VIEWS, type ThemeName, type ViewName } from '../view/screen-names.js';
import type { CommandIo } from './command-io.js';
import type { ScreenPlan } from './dashboard/dashboard-services.js';
import { knowsUtf8, wantsSentences } from './dashboard/terminal-wishes.js';
import { sayChanges } from './dashboard/say-changes.js';
import type { ParsedOptions } from './parsed-options.js';
import type { Services } from './services.js';

const INTERVAL_MS = 500;

/** Everything on one screen. Starts nothing, and leaves everything running. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: Services,
): Promise<number> {
  const plan = screenPlan(options, io);
  const snapshot = options.text('snapshot');
  const replay = options.text('replay');
  const open = () =>
    replay === undefined
      ? services.boardSource(options, io, plan)
      : services.recordedBoards(replay, io);
  const isSaid = wantsSentences(options, io);
  if (snapshot === undefined && !isSaid) {
    requireTerminal(io);
    const { status, board } = await services.runDashboard(open, plan, { options, io, services });
    if (!plan.isReplay) io.stdout(`${leftWords(board)}\n`);
    return status;
  }
  const source = await open();
  try {
    if (snapshot === undefined) {
      return await sayChanges(source, io, (ms, signal) => services.pause(ms, signal));
    }
    const text = await services.screenText(source, plan, io);
    await services.replaceFile(resolve(io.cwd, snapshot), text, 0o600);
    io.stdout(`written: ${plainText(snapshot)}\n`);
    return EXIT.OK;
  } finally {
    await source.close();
  }
}

function screenPlan(options: ParsedOptions, io: CommandIo): ScreenPlan {
  const hasNoColour = (io.env['NO_COLOR'] ?? '') !== '';
  return {
    view: known<ViewName>(VIEWS, options.text('view')) ?? 'home',
    intervalMs: options.number('intervalMs') ?? INTERVAL_MS,
    theme: known<ThemeName>(THEMES, options.text('theme')) ?? (hasNoColour ? 'mono' : 'default'),
    isAscii: options.flag('ascii') || !knowsUtf8(io.env),
    hasControl: options.flag('control'),
    isReplay: options.text('replay') !== undefined,
    record: options.text('record') ?? null,
  };
}

/** Whoever closes a screen must not believe to have stopped something. */
function leftWords({ links }: Board): string {
  const isRunning = links.some(({ name, state }) => name === 'engine' && state === 'up');
  return isRunning
    ? 'dashboard closed; the engine keeps running (cdb stop ends it)'
    : 'dashboard closed; no engine answers here';
}

/** The command table has refused every other word. */
function known<Name extends string>(names: readonly Name[], text?: string): Name | undefined {
  return names.find((name) => name === text);
}

/** @throws OperatorError (exit 2) that names what does the same as text */
function requireTerminal(io: CommandIo): void {
  const isDumb = io.env['TERM'] === 'dumb';
  if (io.stdoutIsTTY && io.stdinIsTTY && !isDumb && io.outputFormat === 'text') return;
  const why = isDumb
    ? 'TERM=dumb says that this terminal can move no cursor'
    : io.outputFormat !== 'text'
      ? 'a screen has no JSON form'
      : 'stdin and stdout have to be one';
  throw new OperatorError({
    code: 'CDB-E0002',
    what: 'Cannot draw the dashboard: this is no terminal',
    why,
    todo: 'cdb status --watch (or: cdb blocks --watch, with --json for scripts); cdb dashboard --snapshot FILE writes one screen',
    exit: EXIT.USAGE,
  });
}
