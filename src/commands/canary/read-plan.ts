import { wordsOf } from '../../engine/domain/words-of.js';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { judgePlan, type JudgedPlan } from '../../engine/control/canary-plan.js';
import type { Hash } from '../../engine/domain/hash.js';
import type { CommandIo } from '../command-io.js';
import type { ParsedOptions } from '../parsed-options.js';

export const PLAN_FILE = 'canary-plan.yaml';
const PLAN_BYTES_MAX = 64 * 1024;

export interface ReadPlan {
  /** As it is shown to people. */
  readonly path: string;
  /** Null where it can't be read. */
  readonly text: string | null;
  readonly planHash: string;
  readonly judged: JudgedPlan;
}

/** Never throws: a plan that can't be read is one with a fault. */
export function readPlan(options: ParsedOptions, io: CommandIo, hash: Hash): ReadPlan {
  const path = options.text('plan') ?? PLAN_FILE;
  try {
    const text = boundedText(resolve(io.cwd, path));
    return { path, text, planHash: hash.sha256Hex(text), judged: judgePlan(parse(text)) };
  } catch (fault) {
    const planFaults = [`${path} can't be read: ${wordsOf(fault)}`];
    const judged = { plan: null, venue: null, planFaults, approvalFaults: [] };
    return { path, text: null, planHash: '', judged };
  }
}

function boundedText(path: string): string {
  const { size } = statSync(path);
  if (size > PLAN_BYTES_MAX) throw new RangeError(`it has more than ${PLAN_BYTES_MAX} bytes`);
  return readFileSync(path, 'utf8');
}
