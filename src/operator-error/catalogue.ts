/**
 * Every error code that cdb can print. A code is never reused: a code that nothing throws any more
 * stays here with the word "Retired". `cdb explain CDB-Exxxx` prints from this list.
 *
 * Ranges: 00xx start-up and command line, 01xx configuration, 02xx state directory and locks,
 * 03xx control register and kill switch, 04xx database and schema, 05xx feed and replay input,
 * 06xx journal and recovery, 07xx control socket, 08xx Redis and processes that share it, 09xx
 * faults of cdb itself.
 */
export const ERROR_CATALOGUE = {
  'CDB-E0001': 'This Node is too old, or cdb was not built. Both are found before anything loads.',
  'CDB-E0002':
    'The command line is wrong: unknown command or flag, or a value that cannot be read.',
  'CDB-E0003': 'The work did not finish inside --timeout.',
  'CDB-E0004': 'A part outside cdb (database, Redis, venue, file system) failed or did not answer.',
  'CDB-E0005': 'There is no such error code, reason code, configuration key or help topic.',
  'CDB-E0006': 'The completion of a shell cannot be written, or a file of somebody else is there.',
  'CDB-E0101': 'The configuration is invalid. Every fault is listed at once, with its origin.',
  'CDB-E0102': 'A configuration file cannot be read, or it is not YAML.',
  'CDB-E0103': 'A configuration file exists already and is not overwritten.',
  'CDB-E0104': 'A configuration file cannot be written.',
  'CDB-E0105':
    'Retired: an external PostgreSQL or Redis was configured, and the build ran on neither.',
  'CDB-E0201': 'The state directory cannot be made, read or written.',
  'CDB-E0202': 'Another engine has the state directory. Two would decide twice.',
  'CDB-E0203': 'The path of the control socket is too long, and no shorter place could be used.',
  'CDB-E0301': 'The kill switch is released only with a name, a reason and the target retyped.',
  'CDB-E0302':
    'The kill switch could be engaged nowhere: nothing was written, no engine confirmed.',
  'CDB-E0303': 'The control register changed while the kill switch was being released.',
  'CDB-E0304': 'The release of the kill switch could not be written. It stays engaged.',
  'CDB-E0340': 'Another watchdog has the state directory. One is enough, and two would act twice.',
  'CDB-E0341': 'The place of another watchdog was taken: its lock is gone or is somebody else’s.',
  'CDB-E0342': 'The API key of the watchdog cannot be used as it was given.',
  'CDB-E0343': 'An alarm of the watchdog is acknowledged only with a name and a reason.',
  'CDB-E0344':
    'The watchdog has halted trading, and nobody has acknowledged its alarm. Nothing is released.',
  'CDB-E0401': 'No PostgreSQL programs were found that could serve the embedded database.',
  'CDB-E0402': 'PostgreSQL refuses to run as root, and no unprivileged user could take its place.',
  'CDB-E0403': 'The database was made by another major version of PostgreSQL than those found.',
  'CDB-E0404': 'The place for the embedded database cannot be used.',
  'CDB-E0405': 'The disk that holds the embedded database is full.',
  'CDB-E0406': 'Another process has the embedded database.',
  'CDB-E0407': 'The embedded database did not start, or ended. Its log says why.',
  'CDB-E0410': 'The migrations that belong to this build cannot be read.',
  'CDB-E0412': 'The schema is newer than this build knows: a newer cdb has migrated it.',
  'CDB-E0413':
    'A migration was changed after it had been applied, so the schema cannot be trusted.',
  'CDB-E0414': 'A migration failed. It was rolled back as a whole.',
  'CDB-E0415': 'Another session is migrating this database.',
  'CDB-E0416':
    'The external database is behind this build. Only cdb migrate up changes its schema.',
  'CDB-E0417':
    'Nobody confirmed a migration: there is no terminal to ask at, or the answer was no.',
  'CDB-E0418':
    'A pooler of transactions stands before the database: no lock of a session holds there.',
  'CDB-E0420': 'The external database cannot be reached, or takes no connections now.',
  'CDB-E0421': 'The external database refuses the login, or has no database of that name.',
  'CDB-E0422':
    'The external database cannot be reached with TLS, or its certificate proves nothing.',
  'CDB-E0423': 'The external database is an older PostgreSQL than cdb can use.',
  'CDB-E0424': 'The external database is read-only, and the audit trail has to be written.',
  'CDB-E0425': 'The external database has no space left.',
  'CDB-E0426': 'The role lacks a right in the external database.',
  'CDB-E0427': 'The external database takes no settings of a session, as poolers do.',
  'CDB-E0428': 'The external database lacks a table or column that this build reads.',
  'CDB-E0501': 'A trades file is missing or cannot be read.',
  'CDB-E0502': 'The file is no trades file: it has no column or member that names a trade.',
  'CDB-E0503': 'A trades file is damaged, cut off, or was changed while it was read.',
  'CDB-E0504': 'The trades file holds none of the symbols that were asked for.',
  'CDB-E0505': 'A replay gave an envelope that its chain cannot take, or more than it may hold.',
  'CDB-E0506': 'A live feed cannot be recorded: the file is another one or cannot be written.',
  'CDB-E0510': 'An input file of cdb evaluate is missing or cannot be read.',
  'CDB-E0511': 'A line of an input of cdb evaluate is no JSON, or too long.',
  'CDB-E0520': 'The decoder of a venue does not read the frames that came with cdb.',
  'CDB-E0521': 'The feed "redis" is asked for, and no URL of a Redis is configured.',
  'CDB-E0601': 'A run left a journal tail that another build of cdb wrote and did not drain.',
  'CDB-E0602': 'Journal and audit trail of a run do not tell the same story.',
  'CDB-E0604': 'The state of a run was saved by a build whose state has another form.',
  'CDB-E0603': 'The journal of a run ends before its audit trail.',
  'CDB-E0701': 'The engine runs but did not answer in time.',
  'CDB-E0702': 'The control socket cannot be opened.',
  'CDB-E0703': 'The address of /metrics, /healthz and /readyz cannot be used.',
  'CDB-E0704': 'The engine knows nothing by that name: no such stream, order or path.',
  'CDB-E0705': 'The engine refused a request that it could not read.',
  'CDB-E0706': 'The engine that runs is of another version and cannot be understood.',
  'CDB-E0707': 'The engine still drains after the time that cdb stop was given.',
  'CDB-E0708': 'An engine that was started in the background does not answer in time.',
  'CDB-E0709': 'The engine that runs cannot be started again as it was.',
  'CDB-E0710': 'The engine was stopped by cdb restart, and the new one did not start.',
  'CDB-E0711': 'The engine was started again, but its effects do not flow in time.',
  'CDB-E0801': 'The configured Redis does not answer in time, or refuses the login.',
  'CDB-E0811': 'Redis holds a run of another feed, mode, seed or number of shards.',
  'CDB-E0813': 'The configured Redis is too old, or a replica, and cannot carry a run.',
  'CDB-E0812': 'A process that shares a run has a database that the others cannot reach.',
  'CDB-E0901': 'A bug in cdb. A crash file holds what is needed to find it.',
} as const;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;
