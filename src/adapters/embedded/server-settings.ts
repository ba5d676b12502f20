import { sqlStatement } from '../../engine/ports/sql-statement.js';
import { PG_PORT } from './socket-place.js';

export const DATABASE = 'cdb';
export const CREATE_DATABASE = sqlStatement('create_database', `CREATE DATABASE ${DATABASE}`);
export const SUPERUSER = 'cdb';

/**
 * Settings of the embedded server, given on its command line at every start, so that a newer cdb
 * needs no edit of files in an older data directory.
 */
export function serverArguments(dataDir: string, socketDir: string, major: number): string[] {
  const settings: Readonly<Record<string, string | number>> = {
    // Reachable through one private socket only.
    listen_addresses: '',
    port: PG_PORT,
    unix_socket_directories: socketDir,
    unix_socket_permissions: '0700',
    max_connections: 20,
    superuser_reserved_connections: 3,
    // The audit trail is the record: never trade durability for speed.
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
    // Small, because it shares the machine with the engine; the system's cache does the rest.
    shared_buffers: '32MB',
    work_mem: '4MB',
    maintenance_work_mem: '32MB',
    temp_buffers: '1MB',
    wal_buffers: '4MB',
    min_wal_size: '64MB',
    max_wal_size: '512MB',
    checkpoint_timeout: '15min',
    wal_level: 'minimal',
    max_wal_senders: 0,
    // One quiet process each: no parallel workers, no compiler, long naps when idle.
    max_worker_processes: 1,
    max_logical_replication_workers: 0,
    max_parallel_workers: 0,
    max_parallel_workers_per_gather: 0,
    jit: 'off',
    autovacuum_max_workers: 1,
    autovacuum_naptime: '60s',
    bgwriter_delay: '10s',
    wal_writer_delay: '10s',
    update_process_title: 'off',
    huge_pages: 'off',
    // The supervisor reads the server's stderr into a bounded file.
    logging_collector: 'off',
    log_destination: 'stderr',
    log_min_messages: 'warning',
    log_checkpoints: 'off',
    log_line_prefix: '%m [%p] ',
    log_timezone: 'UTC',
    timezone: 'UTC',
    lc_messages: 'C',
    ...(major >= 18 ? { io_method: 'sync' } : {}),
  };
  const pairs = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return ['-D', dataDir, ...pairs];
}
