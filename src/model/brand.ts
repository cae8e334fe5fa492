declare const brand: unique symbol;

/** A `T` that only one function may make: the one that proves `Name`. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** A list with at least one item, for places where an empty list would be wrong. */
export type NonEmpty<T> = readonly [T, ...T[]];
