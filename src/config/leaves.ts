import * as z from 'zod';
import { readBytes, readDurationMs, readInteger, readList, readSpeed } from './values.js';
import type { ReadValue } from './values.js';

// Every key carries a summary and `required`, which completes "required …, current is …".

/** Files hold numbers and lists, the environment and flags hold text: every leaf reads both. */
function fromText<T>(read: (text: string) => ReadValue<T>): (raw: unknown) => unknown {
  return (raw) => {
    if (typeof raw !== 'string') return raw;
    const result = read(raw.trim());
    return result.ok ? result.value : raw;
  };
}

export function integer(summary: string, fallback: number, min: number, max: number) {
  const read = fromText((text) => readInteger(text, min, max));
  return z
    .preprocess(read, z.int().min(min).max(max))
    .default(fallback)
    .meta({ summary, required: `an integer from ${min} to ${max}` });
}

/** Milliseconds; the unit is in the key, so a number may stand alone, and `30s` is read too. */
export function durationMs(summary: string, fallback: number, min: number, max: number) {
  return z
    .preprocess(fromText(readTimed), z.int().min(min).max(max))
    .default(fallback)
    .meta({ summary, required: `${min} to ${max} ms, as a number or as a time such as "30s"` });
}

/** Bytes; `64MiB` is read too. */
export function bytes(summary: string, fallback: number, min: number, max: number) {
  return z
    .preprocess(fromText(readSized), z.int().min(min).max(max))
    .default(fallback)
    .meta({
      summary,
      required: `${min} to ${max} bytes, as a number or as a size such as "64MiB"`,
    });
}

export function fraction(summary: string, fallback: number) {
  const read = (raw: unknown) =>
    typeof raw === 'string' && /^\d(?:\.\d+)?$/.test(raw.trim()) ? Number(raw) : raw;
  return z
    .preprocess(read, z.number().min(0).max(1))
    .default(fallback)
    .meta({ summary, required: 'a number from 0 to 1' });
}

export function flag(summary: string, fallback: boolean) {
  const words: Readonly<Record<string, boolean>> = { true: true, false: false, 1: true, 0: false };
  const read = (raw: unknown) => (typeof raw === 'string' ? (words[raw.trim()] ?? raw) : raw);
  return z
    .preprocess(read, z.boolean())
    .default(fallback)
    .meta({ summary, required: 'true or false', choices: ['true', 'false'] });
}

export function choice<const T extends readonly [string, ...string[]]>(
  summary: string,
  choices: T,
  fallback: z.core.util.NoUndefined<T[number]>,
) {
  return z
    .enum(choices)
    .default(fallback)
    .meta({ summary, required: `one of ${choices.join(', ')}`, choices });
}

export function text(summary: string, fallback: string) {
  return z.string().min(1).default(fallback).meta({ summary, required: 'text' });
}

/** A URL in its place would name a variable that does not exist, and be silently without effect. */
export function variableName(summary: string, fallback: string) {
  return z
    .string()
    .regex(/^[A-Za-z_]\w*$/)
    .default(fallback)
    .meta({ summary, required: 'the name of an environment variable' });
}

/** @param schemes `ws:`, `https:`: what the address may begin with */
export function address(summary: string, fallback: string, schemes: readonly string[]) {
  return addressOf(schemes)
    .default(fallback)
    .meta({ summary, required: beginsWith(schemes) });
}

export function optionalAddress(summary: string, schemes: readonly string[]) {
  return addressOf(schemes)
    .optional()
    .meta({ summary, required: beginsWith(schemes) });
}

function addressOf(schemes: readonly string[]) {
  return z.string().refine((text) => schemes.includes(schemeOf(text)));
}

function beginsWith(schemes: readonly string[]): string {
  return `an address that begins with ${schemes.join('// or ')}//`;
}

function schemeOf(text: string): string {
  return URL.canParse(text) ? new URL(text).protocol : '';
}

export function optionalText(summary: string) {
  return z.string().min(1).optional().meta({ summary, required: 'text' });
}

export function textList(summary: string) {
  const read = (raw: unknown) => (typeof raw === 'string' ? readList(raw) : raw);
  return z
    .preprocess(read, z.array(z.string().min(1)).readonly())
    .default([])
    .meta({ summary, required: 'a list of texts, or texts separated by commas' });
}

export function speed(summary: string, fallback: number) {
  return z
    .preprocess(
      fromText(readSpeed),
      z.union([z.literal('max'), z.number().positive().max(100_000)]),
    )
    .default(fallback)
    .meta({ summary, required: 'a factor above 0 and up to 100000 such as "20x", or "max"' });
}

function readTimed(text: string): ReadValue<number> {
  return /^\d+$/.test(text) ? { ok: true, value: Number(text) } : readDurationMs(text);
}

function readSized(text: string): ReadValue<number> {
  return /^\d+$/.test(text) ? { ok: true, value: Number(text) } : readBytes(text);
}
