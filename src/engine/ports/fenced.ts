/** Somebody else owns now what this one has worked on; nothing of it was written. */
export class Fenced extends Error {
  override readonly name = 'Fenced';
}
