/** Stands in a request where it must differ from all others; becomes a number of the same length. */
export const unique = '@@@@@@@@@@@@'
