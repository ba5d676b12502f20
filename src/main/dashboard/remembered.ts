/** A function of its inputs that is worked out again only when one of them is another one. */
export function remembered<T>(): (inputs: readonly unknown[], make: () => T) => T {
  let kept: { readonly inputs: readonly unknown[]; readonly value: T } | null = null;
  return (inputs, make) => {
    const isSame =
      kept !== null &&
      kept.inputs.length === inputs.length &&
      kept.inputs.every((input, index) => Object.is(input, inputs[index]));
    if (kept === null || !isSame) kept = { inputs, value: make() };
    return kept.value;
  };
}
