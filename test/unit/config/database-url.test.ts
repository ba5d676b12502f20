import { describe, expect, test } from 'vitest';
import { readDatabaseUrl } from '../../../src/config/database-url.js';

function address(url: string) {
  const read = readDatabaseUrl(url);
  if (!read.ok) throw new Error(read.required);
  return read.address;
}

describe('readDatabaseUrl', () => {
  test('takes a URL apart, with what is escaped in it', () => {
    expect(address('postgres://op%40s:p%2F%40%23s@db.example:6432/c%20db')).toEqual({
      host: 'db.example',
      port: 6432,
      user: 'op@s',
      password: 'p/@#s',
      database: 'c db',
      tls: 'disable',
      rootCertFile: undefined,
      certFile: undefined,
      keyFile: undefined,
      options: undefined,
    });
  });

  test.each([
    ['postgresql://ops@db/cdb', { host: 'db', port: 5432, password: undefined }],
    ['postgres://ops@[::1]/cdb', { host: '::1' }],
    ['postgres://ops@localhost/cdb?host=/run/postgresql', { host: '/run/postgresql' }],
    ['postgres://ops@%2Frun%2Fpostgresql/cdb', { host: '/run/postgresql' }],
    ['postgres://ops@db/cdb?options=-c%20search_path%3Dcdb', { options: '-c search_path=cdb' }],
    ['postgres://ops@db/cdb?sslmode=require', { tls: 'require' }],
    [
      'postgres://ops@db/cdb?sslmode=verify-full&sslrootcert=/ca.pem&sslcert=/c.pem&sslkey=/k.pem',
      { tls: 'verify-full', rootCertFile: '/ca.pem', certFile: '/c.pem', keyFile: '/k.pem' },
    ],
  ])('reads %s', (url, expected) => {
    expect(address(url)).toMatchObject(expected);
  });

  test.each([
    ['postgres:///cdb', 'a host'],
    ['postgres://db/cdb', 'a user'],
    ['postgres://ops@db', 'a database'],
    ['postgres://ops@db/', 'a database'],
    ['postgres://ops@a,b/cdb', 'one host'],
    ['postgres://ops@db/cdb?host=other', 'a directory as host='],
    ['postgres://ops%ZZ@db/cdb', 'a URL such as'],
    ['postgres://ops@db/cdb?sslmode=prefer', 'sslmode disable, require, verify-ca, verify-full'],
    ['postgres://ops@db/cdb?sslmode=allow', 'sslmode disable'],
    ['postgres://ops@db/cdb?sslmode=no-verify', 'sslmode disable'],
    ['postgres://ops@db/cdb?sslmode=', 'a value for sslmode'],
    ['postgres://ops@db/cdb?sslmode=verify-full&sslmode=disable', 'sslmode once'],
    ['postgres://ops@db/cdb?sslmode=require&ssl=0', 'of the parameters'],
    ['postgres://ops@db/cdb?sslmode=require&uselibpqcompat=true', 'of the parameters'],
    ['postgres://ops@db/cdb?password=hush', 'of the parameters'],
    ['postgres://ops@db/cdb?sslrootcert=/ca.pem', 'sslmode in a URL that names certificates'],
    ['postgres://ops@db/cdb?sslmode=require&sslcert=/c.pem', 'sslcert and sslkey together'],
    ['postgres://ops@db/cdb?sslmode=verify-ca', 'sslrootcert with sslmode=verify-ca'],
    ['postgres://ops@x/cdb?host=/run&sslmode=require', 'no sslmode for a unix socket'],
  ])('refuses %s', (url, words) => {
    const read = readDatabaseUrl(url);
    expect(read).toMatchObject({ ok: false, required: expect.stringContaining(words) });
    expect(JSON.stringify(read)).not.toContain('hush');
  });
});
