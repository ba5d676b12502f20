import { openRedisEventLog } from '../../src/adapters/redis/redis-event-log.js';
import { RedisServer } from '../integration/redis/redis-fixture.js';
import { eventLogContract } from './event-log.contract.js';

/** Signs that mean something in a pattern of the server must mean nothing in a prefix. */
const KEY_PREFIXES = { 'Redis, all keys': '', 'Redis, below a prefix': 'cdb:{a*[b]?\\}:' };

for (const [name, keyPrefix] of Object.entries(KEY_PREFIXES)) {
  eventLogContract(name, async () => {
    const server = await RedisServer.start();
    const open = async () => openRedisEventLog(await server.link(), { keyPrefix });
    let log = await open();
    return {
      log,
      reopen: async () => {
        await log.close();
        log = await open();
        return log;
      },
      end: async () => {
        await log.close();
        await server.end();
      },
    };
  });
}
