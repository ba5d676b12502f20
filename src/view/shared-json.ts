import { z } from 'zod';
import type { LeaseHolder } from '../engine/ports/shared-run-status.js';
import { numberFigure } from './figure-json.js';
import type { SharedView } from './shared-view.js';

export function sharedJson({ engineId, shardCount, engines, shards, ...rest }: SharedView) {
  return {
    engine_id: engineId,
    roles: rest.roles,
    owns: rest.owns,
    shard_count: shardCount,
    engines: engines.map((engine) => ({
      engine_id: engine.engineId,
      host: engine.host,
      pid: engine.pid,
      roles: engine.roles,
      feeds: engine.feeds,
      owns: engine.owns,
      writes: engine.writes,
      up_ms: engine.upMs.toJSON(),
      journal_waiting: engine.journalWaiting?.toJSON() ?? null,
      trouble: engine.trouble,
    })),
    shards: shards.map(({ shard, owner, writer, inputsWaiting, notWritten, lagMs }) => ({
      shard,
      owner: holderJson(owner),
      writer: holderJson(writer),
      inputs_waiting: inputsWaiting.toJSON(),
      not_written: notWritten.toJSON(),
      lag_ms: lagMs.toJSON(),
    })),
  };
}

/** Named `fence`: a member named `token` is masked on every way out, as a secret would be. */
function holderJson(holder: LeaseHolder | null) {
  return holder === null ? null : { engine_id: holder.engineId, fence: holder.token };
}

const numbers = z.array(z.number());
const words = z.array(z.string());

const HOLDER = z
  .object({ engine_id: z.string(), fence: z.number() })
  .transform(({ engine_id, fence }) => ({ engineId: engine_id, token: fence }))
  .nullable();

const ENGINE = z
  .object({
    engine_id: z.string(),
    host: z.string(),
    pid: z.number(),
    roles: words,
    feeds: z.boolean(),
    owns: numbers,
    writes: numbers,
    up_ms: numberFigure,
    journal_waiting: numberFigure.nullable(),
    trouble: words,
  })
  .transform(({ engine_id, up_ms, journal_waiting, ...engine }) => ({
    ...engine,
    engineId: engine_id,
    upMs: up_ms,
    journalWaiting: journal_waiting,
  }));

const SHARD = z
  .object({
    shard: z.number(),
    owner: HOLDER,
    writer: HOLDER,
    inputs_waiting: numberFigure,
    not_written: numberFigure,
    lag_ms: numberFigure,
  })
  .transform(({ inputs_waiting, not_written, lag_ms, ...shard }) => ({
    ...shard,
    inputsWaiting: inputs_waiting,
    notWritten: not_written,
    lagMs: lag_ms,
  }));

/** An engine of an older version says nothing of it: it has its run for itself. */
export const SHARED = z
  .object({
    engine_id: z.string(),
    roles: words,
    owns: numbers,
    shard_count: z.number(),
    engines: z.array(ENGINE),
    shards: z.array(SHARD),
  })
  .transform(({ engine_id, shard_count, ...shared }) => ({
    ...shared,
    engineId: engine_id,
    shardCount: shard_count,
  }))
  .nullable()
  .default(null);
