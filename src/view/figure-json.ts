import { z } from 'zod';
import { CountFigure, Figure } from './figure.js';

/** Readers of figures as JSON carries them. */
export const time = z.iso.datetime().transform((text) => Date.parse(text));
const source = z.enum([
  'engine',
  'control register',
  'audit',
  'portfolio',
  'feed',
  'engines',
  'shards',
]);
const evidence = { source, observed_at: time };
export const numberFigure = z
  .object({ value: z.number().nullable(), ...evidence })
  .transform((f) => new Figure(f.value, f.source, f.observed_at));
export const textFigure = z
  .object({ value: z.string().nullable(), ...evidence })
  .transform((f) => new Figure(f.value, f.source, f.observed_at));
export const countFigure = z
  .object({ value: z.number(), last_at: time.nullable(), ...evidence })
  .transform((f) => {
    return new CountFigure({ count: f.value, lastAtMs: f.last_at }, f.source, f.observed_at);
  });
