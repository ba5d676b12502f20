import { AuditDisk, MemoryAuditStore } from '../fakes/engine/memory-audit-store.js';
import { Power } from '../fakes/engine/power.js';
import { auditChainContract } from './audit-chain.contract.js';

auditChainContract('memory', () => {
  const disk = new AuditDisk();
  return Promise.resolve({
    store: new MemoryAuditStore(disk),
    second: (hash) => new MemoryAuditStore(disk, new Power(), hash),
    reader: { rows: (query) => Promise.resolve(disk.chainPage(query)) },
    end: () => Promise.resolve(),
  });
});
