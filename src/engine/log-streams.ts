import { compareLogIds, type EventLog } from './ports/event-log.js';
import type { FactStreams } from './ports/fact-streams.js';

/** Fact streams in an event log of one process: entries keep the ids of their facts. */
export function logStreams(log: EventLog): FactStreams {
  return {
    append: async (name, entries, trim) => {
      await log.append(name, entries, trim);
    },
    takeOver: async (name) => (await log.info(name))?.lastId ?? null,
    has: async (name, id) => {
      const [entry] = await log.read(name, { ...id, ord: id.ord - 1 }, 1);
      return entry !== undefined && compareLogIds(entry.id, id) === 0;
    },
  };
}
