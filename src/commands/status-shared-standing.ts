import type { SharedRun } from '../engine/ports/engine-board.js';
import type { SharedStanding } from '../engine/ports/shared-standing.js';
import { utcText } from '../view/age.js';
import { placeData, placeWords } from './kill-switch/place-words.js';
import { plainText } from '../view/plain-text.js';

const LABEL_WIDTH = 8;

/** What is known elsewhere of the run, and whether somebody there has stopped it. */
export function standingLines({ run, engines, registers }: SharedStanding): string {
  const lines = [
    ...(run === null ? [] : runLines(run, engines)).map((words, at): Line => [
      at === 0 ? 'shared' : '',
      words,
    ]),
    ...registers.map((placed, at): Line => [at === 0 ? 'register' : '', placeWords(placed)]),
  ];
  return lines
    .map(([label, words]) => `${plainText(`${label.padEnd(LABEL_WIDTH)} ${words}`)}\n`)
    .join('');
}

type Line = readonly [label: string, words: string];

function runLines(run: SharedRun, engines: SharedStanding['engines']): readonly string[] {
  const end = run.finished ? 'finished' : 'not finished';
  return [
    `run ${run.runGroup}, ${run.mode}, feed ${run.feed}, ${run.shards} shards`,
    `started ${utcText(run.startedAtMs)}, ${end}, ${engineWords(engines)}`,
  ];
}

function engineWords(engines: SharedStanding['engines']): string {
  if (engines === null) return 'engines unknown';
  if (engines.length === 0) return 'no engine alive';
  const each = engines.map(({ engineId, roles }) => `${engineId} (${roles.join(', ')})`);
  return `alive: ${each.join('; ')}`;
}

export function standingData({ run, engines, registers }: SharedStanding): unknown {
  return {
    run: run === null ? null : runData(run),
    engines: engines?.map(({ engineId, roles }) => ({ engine: engineId, roles })) ?? null,
    registers: registers.map(placeData),
  };
}

function runData({ runGroup, mode, feed, seed, shards, startedAtMs, finished }: SharedRun) {
  const started = new Date(startedAtMs);
  const startedAt = Number.isNaN(started.getTime()) ? null : started.toISOString();
  return { run_id: runGroup, mode, feed, seed, shards, started_at: startedAt, finished };
}
