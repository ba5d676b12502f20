import { EXIT } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import { optionKey } from '../command-spec.js';
import { configLocation } from '../config-location.js';
import { ParsedOptions } from '../parsed-options.js';
import type { Services } from '../services.js';
import { plainText } from '../../view/plain-text.js';
import { needsLiveNames, offerAt } from './candidates.js';
import type { Candidate, LiveNames } from './candidates.js';
import { linePosition } from './line-position.js';
import type { Position } from './line-position.js';
import { liveNames, NO_NAMES } from './live-names.js';

/** Of the 150 ms that a person may wait for Tab, what is left when cdb itself has started. */
const LIVE_BUDGET_MS = 70;
const CANDIDATES_MAX = 500;

/**
 * Answers the completion of a shell: first line `:` and what else is due (`none`, `file`,
 * `directory`, and `nospace` if the word goes on), then one candidate a line, a tab, its meaning.
 * Whatever fails is no candidate: somebody is typing and wants no error.
 */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: Pick<Services, 'commandTable' | 'withStreamFiles'>,
): Promise<number> {
  const position = linePosition(options.list('words'), services.commandTable);
  const live = needsLiveNames(position) ? await inTime(lookUp(position, io, services)) : NO_NAMES;
  const { candidates, paths } = await offerAt(position, services.commandTable, live);
  const fitting = unique(candidates)
    .filter(({ word }) => word.startsWith(position.typed) && isPlain(word))
    .slice(0, CANDIDATES_MAX);
  const goesOn = fitting.length > 0 && fitting.every(({ word }) => /[=:]$/.test(word));
  io.stdout(
    [
      `:${paths}${goesOn ? ' nospace' : ''}\n`,
      ...fitting.map(({ word, summary = '' }) => `${position.before}${word}\t${summary}\n`),
    ].join(''),
  );
  return EXIT.OK;
}

async function lookUp(
  position: Position,
  io: CommandIo,
  { withStreamFiles }: Pick<Services, 'withStreamFiles'>,
): Promise<LiveNames> {
  const { locateStateDir } = await import('../../config/state-dir.js');
  const stateDir = await locateStateDir(configLocation(placeOptions(position), io));
  return (await withStreamFiles(stateDir, liveNames)) ?? NO_NAMES;
}

/** Where the line that is being typed has its engine. */
function placeOptions({ given }: Position): ParsedOptions {
  const texts = new Map([...given].map(([option, text]) => [optionKey(option), text]));
  const stateDir = texts.get('stateDir');
  const values = { config: texts.get('config'), envFile: texts.get('envFile') };
  const flag = { key: 'stateDir', flag: '--state-dir', text: stateDir ?? '' };
  return new ParsedOptions(values, {
    keys: new Set(Object.keys(values)),
    configFlags: stateDir === undefined ? [] : [flag],
  });
}

async function inTime(names: Promise<LiveNames>): Promise<LiveNames> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<LiveNames>((resolve) => {
    timer = setTimeout(() => {
      resolve(NO_NAMES);
    }, LIVE_BUDGET_MS);
  });
  try {
    return await Promise.race([names, late]);
  } catch {
    // Nothing ran there, or it cannot be read: then there are no names to offer.
    return NO_NAMES;
  } finally {
    clearTimeout(timer);
  }
}

function unique(candidates: readonly Candidate[]): readonly Candidate[] {
  const first = new Map<string, Candidate>();
  for (const candidate of candidates) {
    if (!first.has(candidate.word)) first.set(candidate.word, candidate);
  }
  return [...first.values()];
}

/** One line each, and nothing by which a name from outside could move the cursor. */
function isPlain(word: string): boolean {
  return plainText(word) === word && !word.startsWith(':');
}
