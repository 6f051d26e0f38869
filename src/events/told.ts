/** What a subscription tells at a place in the log. */
export interface Told {
  position: number
  /** Something more is told at the same place. */
  goesOn?: boolean
  /** It is for whoever begins here, and for nobody who comes along. */
  isBeginning?: boolean
  /** Nothing follows. */
  isLast?: boolean
}
