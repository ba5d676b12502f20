import { MemoryEventLog, type EventLogDisk } from '../fakes/engine/memory-event-log.js';
import { eventLogContract } from './event-log.contract.js';

eventLogContract('memory', async () => {
  const disk: EventLogDisk = new Map();
  return {
    log: new MemoryEventLog(disk),
    reopen: async () => new MemoryEventLog(disk),
    end: async () => undefined,
  };
});
