/** What each version of the old stack's table claims, by the migrations that leave something behind. */
const CLAIMS: readonly { readonly version: string; readonly migration: string }[] = [
  { version: '1.0.1', migration: '002' },
  { version: '1.0.2', migration: '003' },
  { version: '1.0.3', migration: '004 risk_events' },
  { version: '1.0.4', migration: '005' },
  { version: '1.0.5', migration: '006' },
  { version: '1.0.6', migration: '007' },
  { version: '1.0.7', migration: '008' },
  { version: '1.0.8', migration: '009' },
  { version: '1.0.9', migration: '010' },
  { version: '1.0.10', migration: '011' },
  { version: '1.1.0', migration: 'candles_1m' },
  { version: '1.1.1', migration: '013' },
];

/**
 * Migrations up to the newest claimed version that have left nothing: a newest version says that all
 * before it ran.
 * @param lineage migration to whether what it makes is there
 */
export function claimedAbsent(
  claimed: readonly string[],
  lineage: Readonly<Record<string, boolean>>,
): readonly { readonly by: string; readonly what: string }[] {
  const end = CLAIMS.findLastIndex(({ version }) => claimed.includes(version));
  return CLAIMS.slice(0, end + 1)
    .filter(({ migration }) => lineage[migration] !== true)
    .map(({ version, migration }) => ({ by: version, what: `migration ${migration}` }));
}
