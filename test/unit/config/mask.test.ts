import { expect, test } from 'vitest';
import { maskSecrets } from '../../../src/config/mask.js';

test.each([
  ['postgres://ops:hush@db:5432/cdb?x=1', 'postgres://ops:***@db:5432/cdb?x=1'],
  ['rediss://:hush@redis', 'rediss://:***@redis'],
  ['two redis://a:hush@b and redis://c:hush@d', 'two redis://a:***@b and redis://c:***@d'],
  ['postgres://db/cdb?password=hush&x=1', 'postgres://db/cdb?password=***&x=1'],
  ['{"api_key": "hush", "a": 1}', '{"api_key": ***, "a": 1}'],
  ['redis://u:hu@sh@redis/0', 'redis://u:***@redis/0'],
  ['PGPASSWORD=hush CDB_DB_PASSWORD="hush hush" x', 'PGPASSWORD=*** CDB_DB_PASSWORD=*** x'],
  ["apiSecret: 'hush' mexc.accessKey=hush", 'apiSecret: *** mexc.accessKey=***'],
  ['nothing secret at 10:30 in a@b', 'nothing secret at 10:30 in a@b'],
])('maskSecrets hides the secret in %s', (text, masked) => {
  expect(maskSecrets(text)).toBe(masked);
});
