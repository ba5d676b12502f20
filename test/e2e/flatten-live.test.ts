import { afterEach, beforeEach, expect, it } from 'vitest';
import { callEngine } from '../../src/adapters/control-socket/call-engine.js';
import { socketPath } from '../../src/adapters/files/socket-path.js';
import { stateDirectory } from '../../src/adapters/files/state-directory.js';
import { type EngineProcess, Workplace } from '../chaos/engine-process.js';
import { verifyNewestRun } from '../chaos/verify-run.js';
import { until } from '../integration/embedded/embedded-fixture.js';

const HOLDING = [
  'run',
  '--paper',
  '--feed',
  'sample',
  '--speed',
  '100',
  '--set',
  'risk.autoUnwind=false',
];
const FLATTEN = { intent: 'engage', cancelOpen: true, flatten: true, message: 'out' };

let place: Workplace;
let engine: EngineProcess;
beforeEach(async () => {
  place = new Workplace();
  engine = place.start(HOLDING);
  await engine.says(/ fill +FILLED /);
});
afterEach(() => place.end());

async function ask(): Promise<unknown> {
  const path = socketPath(stateDirectory(place.stateDir), process.env);
  const asked = { method: 'POST', path: '/intents', body: FLATTEN, timeoutMs: 5_000 } as const;
  const answer = await callEngine(path, asked);
  expect(answer).toMatchObject({ state: 'answered', status: 200 });
  return answer;
}

it('a stop over the socket closes what is held, through kill -9 and a restart, once', async () => {
  expect(await ask()).toMatchObject({ body: { level: 'HALTED', epoch: 2, exits: [{}] } });
  engine.kill('SIGKILL');
  await engine.ended;
  await place.quiet();
  engine = place.start(HOLDING);
  await engine.says('goes on');
  await until('it is done', async () => {
    return /flatten +DONE everything, left 0 open orders .*no position/.test(
      (await place.run(['status'])).stdout,
    );
  });
  const history = (await place.run(['kill-switch', 'history'])).stdout;
  expect(history.match(/flatten done/g)).toHaveLength(1);
  // The same wish again is on record already.
  expect(await ask()).toMatchObject({ body: { epoch: 2, exits: [{ state: 'done' }] } });
  engine.kill('SIGINT');
  await engine.ended;
  expect((await verifyNewestRun(place.stateDir)).faults).toEqual([]);
});
