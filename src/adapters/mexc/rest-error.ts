/** What an error of MEXC means for whoever asked. Source: its error codes, as listed in 2026. */
export type RestErrorClass =
  | 'clock'
  | 'credentials'
  | 'own bug'
  | 'symbol not usable'
  | 'account or type not usable'
  | 'size and price'
  | 'funds'
  | 'order not found'
  | 'no counterparty'
  | 'wait'
  | 'unknown result'
  | 'feature missing'
  | 'not listed';

const CODES: Readonly<Record<Exclude<RestErrorClass, 'not listed'>, readonly number[]>> = {
  clock: [700_003, 10_073, 700_005],
  credentials: [700_001, 700_002, 602, 10_072, 700_006, 700_007, 401],
  'own bug': [700_004, 700_008, 700_013, 10_001, 33_333, 44_444, 20_002, -1128, 22_222],
  'symbol not usable': [10_007, -1121, 30_014, 30_021, 30_016, 30_000, 30_020, 70_011, 30_001],
  'account or type not usable': [30_018, 30_019, 30_051, 30_041],
  funds: [10_101, 30_004, 30_005, 30_027, 30_028, 30_029, 30_032],
  'size and price': [
    30_002, 30_003, 30_010, 30_087, 10_095, 10_096, 10_097, 10_098, 10_099, 10_100, 10_102,
  ],
  'order not found': [-2011, -2013, 30_026],
  'no counterparty': [30_025],
  wait: [429, 418, 503, 403],
  'unknown result': [500, 502, 504],
  'feature missing': [11_444, 26, 60_005],
};

/** The HTTP status decides where it is one of the edge or of a server; else the code, never the text. */
export function classifyRestError(status: number, code: number | null): RestErrorClass {
  if (CODES.wait.includes(status)) return 'wait';
  if (status >= 500) return 'unknown result';
  if (code === 400) return 'size and price';
  const found = Object.entries(CODES).find(([, codes]) => code !== null && codes.includes(code));
  if (found !== undefined) return found[0] as RestErrorClass;
  return status === 401 ? 'credentials' : 'not listed';
}
