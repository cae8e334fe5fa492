declare const brand: unique symbol;

/** A `T` that only the one function which proved `Name` may make. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** A list that holds at least one item, where an empty one would be a lie. */
export type NonEmpty<T> = readonly [T, ...T[]];
