import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the part of the heap for new objects as small as it is. V8 lets it grow to three times 16 MiB
 * for the sake of throughput, gives that back when little happens, and takes it again: a screen that
 * stands for days would swing by 40 MiB for nothing. Read by V8 whenever that part is to grow.
 */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
