import type { Keys, Topics } from '../../engine/ports/topics-keys.js';
import type { RedisLink } from './redis-link.js';

/** Topics for whoever listens; resolves once the server has passed it on. */
export function redisTopics(link: RedisLink): Pick<Topics, 'publish'> {
  return {
    publish: async (topic, message) => {
      await link.call(`publish on ${topic}`, 'PUBLISH', topic, message);
    },
  };
}

export function redisKeys(link: RedisLink): Pick<Keys, 'set'> {
  return {
    set: async (key, value, ttlMs) => {
      const end = ttlMs === null ? [] : ['PX', ttlMs];
      await link.call(`set ${key}`, 'SET', key, value, ...end);
    },
  };
}
