import * as z from 'zod';
import { jsonOrNull } from '../../engine/domain/json-or-null.js';
import { STATUSES } from '../finding.js';
import type { PastReport } from './compare.js';

const REPORT = z.object({
  data: z.object({
    compared: z.object({
      history: z.array(
        z.object({
          at: z.iso.datetime(),
          status: z.string(),
          findings: z.record(z.string(), z.enum(STATUSES)),
        }),
      ),
    }),
  }),
});

/** What the newest report remembers of itself and those before it; nothing of another shape. */
export function readPastReports(json: string): readonly PastReport[] {
  const read = REPORT.safeParse(jsonOrNull(json));
  return read.success ? read.data.data.compared.history : [];
}
