/** `cdb_postgreSQL`, `cdb-postgres` and `postgres` are one member. */
export function memberKey(name: string): string {
  const plain = name.toLowerCase().replaceAll('-', '_').replace(/^cdb_/, '');
  return plain === 'postgresql' ? 'postgres' : plain;
}
