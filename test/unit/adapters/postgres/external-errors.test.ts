import { describe, expect, it } from 'vitest';
import { toldBy } from '../../../../src/adapters/postgres/external-errors.js';
import { toDependencyError } from '../../../../src/adapters/postgres/pg-error.js';

function coded(code: string, message = 'what the server said'): Error {
  return Object.assign(new Error(message), { code });
}

async function told(error: unknown): Promise<unknown> {
  return toldBy('db:5432/cdb', async () => {
    throw error;
  }).catch((fault: unknown) => fault);
}

describe('toldBy', () => {
  it.each([
    ['ECONNREFUSED', 'CDB-E0420', 4],
    ['ENOTFOUND', 'CDB-E0420', 4],
    ['57P03', 'CDB-E0420', 4],
    ['53300', 'CDB-E0420', 4],
    ['08006', 'CDB-E0420', 4],
    ['28P01', 'CDB-E0421', 3],
    ['28000', 'CDB-E0421', 3],
    ['3D000', 'CDB-E0421', 3],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'CDB-E0422', 3],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'CDB-E0422', 3],
    ['25006', 'CDB-E0424', 6],
    ['53100', 'CDB-E0425', 4],
    ['42501', 'CDB-E0426', 3],
    ['08P01', 'CDB-E0427', 6],
  ])('gives %s the code %s and the exit status %i', async (code, ours, exit) => {
    const error = await told(toDependencyError('connect', coded(code)));
    expect(error).toMatchObject({ code: ours, exit, why: expect.stringContaining(code) });
    expect(error).toMatchObject({ what: expect.stringContaining('db:5432/cdb') });
  });

  it.each([
    ['timeout exceeded when trying to connect', 'CDB-E0420'],
    ['Connection terminated unexpectedly', 'CDB-E0420'],
    ['The server does not support SSL connections', 'CDB-E0422'],
  ])('knows what the driver says without a code: %s', async (message, ours) => {
    const error = await told(toDependencyError('connect', new Error(message)));
    expect(error).toMatchObject({ code: ours, why: expect.stringContaining(message) });
  });

  it('names every address of a host that could not be reached', async () => {
    const both = new AggregateError([coded('ECONNREFUSED', 'on ::1'), coded('X', 'on 127.0.0.1')]);
    const error = await told(
      toDependencyError('connect', Object.assign(both, { code: 'ECONNREFUSED' })),
    );
    expect(error).toMatchObject({ why: expect.stringContaining('on ::1; on 127.0.0.1') });
  });

  it.each([toDependencyError('commit', coded('42P01')), new TypeError('ours')])(
    'passes on what is no fault of the place: %s',
    async (error) => {
      expect(await told(error)).toBe(error);
    },
  );
});
