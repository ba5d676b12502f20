import type { Topics } from '../engine/ports/topics-keys.js';

/** Everybody has heard when it returns. */
interface LocalTopics extends Topics {
  publish(topic: string, message: string): void;
}

type Listener = (message: string) => void;

/**
 * Topics inside this process. Listeners are called at once, in the order of subscription; the list
 * is copied first, so that one may unsubscribe while it is called.
 * @param onFault gets what a listener throws: one bad listener must silence neither the publisher
 *   nor the other listeners
 */
export function localTopics(onFault: (topic: string, fault: unknown) => void): LocalTopics {
  const listeners = new Map<string, Set<Listener>>();
  return {
    publish: (topic, message) => {
      for (const listener of [...(listeners.get(topic) ?? [])]) {
        try {
          listener(message);
        } catch (fault) {
          onFault(topic, fault);
        }
      }
    },
    subscribe: (topic, listener) => {
      // Wrapped, so that the same function subscribed twice is called twice and ends separately.
      const own: Listener = (message) => {
        listener(message);
      };
      const subscribed = listeners.get(topic) ?? new Set();
      listeners.set(topic, subscribed.add(own));
      return () => {
        subscribed.delete(own);
        if (subscribed.size === 0 && listeners.get(topic) === subscribed) listeners.delete(topic);
      };
    },
  };
}
