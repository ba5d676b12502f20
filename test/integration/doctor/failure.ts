import { it } from 'vitest';

/**
 * One failure of the catalogue of real failures (numbers 1 to 58): the system is put into that state,
 * and the check that is named has to say so. `every-failure.test.ts` refuses a number without a test.
 */
export function failure(number: number, words: string, test: () => Promise<void>): void {
  it(`failure ${number}: ${words}`, test);
}
