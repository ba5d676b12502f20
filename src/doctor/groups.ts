/** What is examined, in the order of the report. */
export const GROUPS = [
  'config',
  'host',
  'services',
  'postgres',
  'schema',
  'redis',
  'streams',
  'pipeline',
  'safety',
  'venue',
  'logs',
  'repository',
  'ci',
  'monitoring',
] as const;
export type Group = (typeof GROUPS)[number];
