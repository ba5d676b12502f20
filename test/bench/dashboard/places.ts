import { resolve } from 'node:path';

/** The bench runs in the root of the project. */
export const CDB = resolve('bin/cdb.js');
export const IS_SHORT = process.env['CDB_BENCH_SHORT'] === '1';
