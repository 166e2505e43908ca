import { AsyncLocalStorage } from 'node:async_hooks'

/** For whom a statement runs: `public` for pages and apps that anyone can reach. */
interface Share {
  readonly isPublic: boolean
  /** In a transaction, which has its connection already. */
  readonly holdsConnection: boolean
}

const everyone: Share = { isPublic: false, holdsConnection: false }
const shares = new AsyncLocalStorage<Share>()

export function currentShare(): Share {
  return shares.getStore() ?? everyone
}

/** Runs `work` so that its statements use the small share of connections that public pages have. */
export function inPublicShare<Result>(work: () => Result): Result {
  return shares.run({ isPublic: true, holdsConnection: false }, work)
}

/** Runs `work` outside of any share, for what is shared by all. */
export function outsideShares<Result>(work: () => Result): Result {
  return shares.run(everyone, work)
}

/** Runs the statements of a transaction: one that asks for a second connection does not queue for it. */
export function holdingConnection<Result>(work: () => Result): Result {
  return shares.run({ ...currentShare(), holdsConnection: true }, work)
}
