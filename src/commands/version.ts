import { BUILD } from './build-info.js';
import type { CommandIo } from './command-io.js';
import { printResult } from './output/envelope.js';
import type { ParsedOptions } from './parsed-options.js';
import { EXIT } from '../operator-error.js';

export function run(_options: ParsedOptions, io: CommandIo): number {
  const { version, commit, engineHash } = BUILD;
  const data = {
    version,
    commit,
    engine_hash: engineHash,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
  };
  printResult(io, {
    command: 'version',
    data,
    text: () =>
      `cdb ${version} (commit ${commit}, engine ${engineHash})\nnode ${data.node} on ${data.platform}\n`,
  });
  return EXIT.OK;
}
