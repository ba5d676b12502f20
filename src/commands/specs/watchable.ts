import type { ViewName } from '../../view/screen-names.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import {
  envelopeNames,
  optionKey,
  optionNames,
  type CommandSpec,
  type OptionSpec,
} from '../command-spec.js';
import { durationWithin } from '../option-readers.js';
import type { ParsedOptions } from '../parsed-options.js';

export const WATCH: OptionSpec = {
  flags: '-w, --watch [time]',
  summary: 'again and again until Ctrl-C, every 2s or from 200ms to 1h',
  key: 'watchMs',
  preset: '2s',
  read: durationWithin(200, 3_600_000, 'from 200ms to 1h'),
};

type Unplaced = Omit<CommandSpec, 'group'>;

/** The command with `--watch`: then it is the text twin of a view of the dashboard. */
export function watchable(view: ViewName, spec: Unplaced): Unplaced {
  const options = spec.options ?? [];
  return {
    ...spec,
    options: [...options, WATCH],
    envelopes: [...envelopeNames(spec), 'watch'],
    load: () =>
      Promise.resolve({
        run: async (parsed, io, services) => {
          const everyMs = parsed.number(optionKey(WATCH));
          if (everyMs === undefined) return (await spec.load()).run(parsed, io, services);
          refuseOthers(parsed, options);
          const { watchView } = await import('../watch/watch-view.js');
          return watchView({ view, everyMs }, { options: parsed, io, services });
        },
      }),
  };
}

/** What is watched is what the dashboard shows: a filter that is not heeded must not seem to be. */
function refuseOthers({ words }: ParsedOptions, options: readonly OptionSpec[]): void {
  const given = options
    .flatMap(optionNames)
    .find((flag) => words.some((word) => word === flag || word.startsWith(`${flag}=`)));
  if (given === undefined) return;
  throw new OperatorError({
    code: 'CDB-E0002',
    what: `Cannot watch with ${given}`,
    why: '--watch prints the list that the dashboard shows, whole',
    todo: `give --watch alone, or ${given} without it; cdb dashboard filters with /`,
    exit: EXIT.USAGE,
  });
}
