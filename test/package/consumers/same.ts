/** Whether two types are one. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Does not compile unless the type is true. */
export declare function assert<_ extends true>(): void
