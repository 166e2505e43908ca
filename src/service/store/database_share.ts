import { AsyncLocalStorage } from 'node:async_hooks'

/** How a statement gets its connection. */
interface Share {
  /** Whether it runs for pages and apps that anyone can reach. */
  readonly isPublic: boolean
  /** Whether it takes a spare connection if all others are in use. */
  readonly skipsQueue: boolean
}

const everyone: Share = { isPublic: false, skipsQueue: false }
const shares = new AsyncLocalStorage<Share>()

export function currentShare(): Share {
  return shares.getStore() ?? everyone
}

/** Runs `work` so that its statements use the small share of connections that public pages have. */
export function inPublicShare<Result>(work: () => Result): Result {
  return shares.run({ isPublic: true, skipsQueue: false }, work)
}

/** Runs `work` outside any share, for work on behalf of many requests. */
export function outsideShares<Result>(work: () => Result): Result {
  return shares.run(everyone, work)
}

/**
 * Runs `work` without queueing for a connection: for the statements of a transaction, which has one
 * already, and for the few that must not wait behind others.
 */
export function aheadOfQueue<Result>(work: () => Result): Result {
  return shares.run({ ...currentShare(), skipsQueue: true }, work)
}
