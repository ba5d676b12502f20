import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ParsedOptions } from '../../../../src/commands/parsed-options.js';
import { entryText } from '../../../../src/commands/streams/entry-text.js';
import { run as peek } from '../../../../src/commands/streams/peek.js';
import { compareLogIds, type LogId } from '../../../../src/engine/ports/event-log.js';
import { EXIT } from '../../../../src/operator-error.js';
import { MemoryEventLog } from '../../../fakes/engine/memory-event-log.js';
import { fakeCommandIo } from '../../../fakes/fake-command-io.js';
import { fakeOperator } from '../../../fakes/fake-operator-ports.js';

const STREAM = 'stream.fills';

async function peeked(ids: readonly LogId[], id: string, name = STREAM) {
  const log = new MemoryEventLog();
  await log.append(
    STREAM,
    ids.map((one) => ({ id: one, fields: { at: textOf(one) } })),
  );
  const io = fakeCommandIo({ outputFormat: 'json' });
  const services = fakeOperator({ withEventLog: (work) => work(log) });
  const exit = await peek(new ParsedOptions({ name, id }), io, services);
  return { exit, data: JSON.parse(io.out.join('')).data };
}

const textOf = ({ seq, ord }: LogId) => `${seq}-${ord}`;
const logId = fc.record({
  seq: fc.integer({ min: 0, max: 60 }),
  ord: fc.integer({ min: 0, max: 3 }),
});
const logIds = fc
  .uniqueArray(logId, { minLength: 1, maxLength: 30, selector: textOf })
  .map((ids) => [...ids].sort(compareLogIds));

describe('streams peek', () => {
  it('finds every entry that there is', async () => {
    await fc.assert(
      fc.asyncProperty(logIds, fc.nat(), async (ids, at) => {
        const id = textOf(ids[at % ids.length]!);
        const { exit, data } = await peeked(ids, id);
        expect({ exit, data }).toEqual({
          exit: EXIT.OK,
          data: { stream: STREAM, id, fields: { at: id } },
        });
      }),
    );
  });

  it('names the nearest ids on both sides of one that there is not', async () => {
    await fc.assert(
      fc.asyncProperty(logIds, logId, async (ids, id) => {
        fc.pre(!ids.some((one) => compareLogIds(one, id) === 0));
        const below = ids.filter((one) => compareLogIds(one, id) < 0).at(-1);
        const above = ids.find((one) => compareLogIds(one, id) > 0);
        const near = [below, above].filter((one) => one !== undefined).map(textOf);
        await expect(peeked(ids, textOf(id))).rejects.toMatchObject({
          exit: EXIT.NOT_FOUND,
          why: expect.stringMatching(new RegExp(`nearest: ${near.join(' and ')}$`)),
          todo: `cdb streams peek ${STREAM} ${near[0] ?? ''}`,
        });
      }),
    );
  });

  it.each([
    [STREAM, '12', EXIT.USAGE, 'take an id from cdb streams tail NAME'],
    ['stream.fils', '1-0', EXIT.NOT_FOUND, 'cdb streams peek stream.fills'],
    ['stream.orders', '1-0', EXIT.NOT_FOUND, 'cdb streams tail stream.orders'],
  ])('refuses %s %s', async (name, id, exit, todo) => {
    await expect(peeked([{ seq: 1, ord: 0 }], id, name)).rejects.toMatchObject({ exit, todo });
  });
});

describe('entryText', () => {
  it('lays JSON out member by member, with the digits that it came with', () => {
    const fields = {
      side: 'BUY',
      metadata: '{"a":1.50,"list":[1,{"b":"x, {y}"}],"none":{},"no":[]}',
      n: '1e3',
      broken: '{"a":',
    };
    expect(entryText('stream.fills', { id: '7-1', fields })).toBe(`stream.fills 7-1
  side      BUY
  metadata  {
              "a": 1.50,
              "list": [
                1,
                {
                  "b": "x, {y}"
                }
              ],
              "none": {},
              "no": []
            }
  n         1e3
  broken    {"a":
`);
  });

  it('changes nothing of any JSON but its white space', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const json = JSON.stringify(value);
        const [, ...lines] = entryText('s', { id: '1-0', fields: { json } }).split('\n');
        expect(JSON.parse(lines.join('\n').replace('json', ''))).toEqual(JSON.parse(json));
      }),
    );
  });
});
