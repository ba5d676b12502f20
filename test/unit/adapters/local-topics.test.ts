import { describe, expect, it } from 'vitest';
import { localTopics } from '../../../src/adapters/local-topics.js';

describe('local topics', () => {
  it('reach each subscriber of the topic in order, until it leaves', () => {
    const heard: string[] = [];
    const topics = localTopics(() => undefined);
    const listener = (message: string) => heard.push(message);
    const leave = topics.subscribe('signals', listener);
    topics.subscribe('signals', (message) => heard.push(`second ${message}`));
    topics.subscribe('orders', (message) => heard.push(`orders ${message}`));
    topics.publish('signals', 'a');
    leave();
    leave();
    topics.publish('signals', 'b');
    topics.publish('nobody', 'c');
    expect(heard).toEqual(['a', 'second a', 'second b']);
  });

  it('go on to the others when a subscriber throws or leaves while it is called', () => {
    const heard: string[] = [];
    const faults: unknown[] = [];
    const topics = localTopics((topic, fault) => faults.push(topic, fault));
    const fault = new Error('bad listener');
    const leave = topics.subscribe('t', () => {
      leave();
      throw fault;
    });
    topics.subscribe('t', (message) => heard.push(message));
    topics.publish('t', 'a');
    topics.publish('t', 'b');
    expect(heard).toEqual(['a', 'b']);
    expect(faults).toEqual(['t', fault]);
  });
});
