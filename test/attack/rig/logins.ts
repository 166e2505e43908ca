import type { Programs, SignInResult, TokenHolder } from './programs.ts'

export interface LoginFigures {
  readonly accepted: number
  readonly rejected: number
  readonly silent: number
  readonly slowestMs: number
}

/** Signs in the honest users in turn through the proxy until `over` says so, `lanes` at a time. */
export async function honestLogins(
  programs: Programs,
  { lanes, over }: { readonly lanes: number; readonly over: () => boolean },
): Promise<LoginFigures> {
  const results: { readonly result: SignInResult; readonly ms: number }[] = []
  const lane = async (users: readonly TokenHolder[]) => {
    for (let turn = 0; !over(); turn++) {
      const user = users[turn % users.length]
      if (user === undefined) throw new Error('fewer honest users than lanes')
      const began = performance.now()
      const result = await programs.signIn(user.username, user.nextPasscode())
      results.push({ result, ms: performance.now() - began })
    }
  }
  await Promise.all(
    Array.from({ length: lanes }, (_, own) =>
      lane(programs.honest.filter((_, index) => index % lanes === own)),
    ),
  )
  const count = (wanted: SignInResult) => results.filter(({ result }) => result === wanted).length
  return {
    accepted: count('accept'),
    rejected: count('reject'),
    silent: count('silence'),
    slowestMs: Math.round(Math.max(0, ...results.map(({ ms }) => ms))),
  }
}
