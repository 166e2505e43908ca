import type { Programs } from './programs.ts'

export interface GuessFigures {
  accepted: number
  rejected: number
  silent: number
  slowestMs: number
}

const perSecond = 10

/** Signs in alice and unknown users with wrong passcodes, ten times a second, for a while. */
export async function wrongGuesses(programs: Programs, forMs: number): Promise<GuessFigures> {
  const figures = { accepted: 0, rejected: 0, silent: 0, slowestMs: 0 }
  const guess = async (index: number): Promise<void> => {
    const began = performance.now()
    const username = index % 2 === 0 ? 'alice' : `stranger${index % 40}`
    const result = await programs.signIn(username, String(900_000 + index))
    figures.slowestMs = Math.max(figures.slowestMs, Math.round(performance.now() - began))
    if (result === 'accept') figures.accepted++
    else if (result === 'reject') figures.rejected++
    else figures.silent++
  }
  const pending: Promise<void>[] = []
  const end = performance.now() + forMs
  for (let index = 0; performance.now() < end; index++) {
    pending.push(guess(index))
    await new Promise((resolve) => setTimeout(resolve, 1000 / perSecond))
  }
  await Promise.all(pending)
  return figures
}
