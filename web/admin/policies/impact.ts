import { useQuery } from '@tanstack/react-query'
import { api } from '../api.ts'
import type { Proposal } from './policy.ts'

export interface Impact {
  readonly sign_ins: number
  /** There were more, which were not read. */
  readonly bounded: boolean
  readonly applications: readonly { readonly ikey: string; readonly name: string }[]
  readonly effects: readonly Effect[]
  readonly weakened: readonly { readonly section: string; readonly title: string }[]
  readonly not_shown: readonly string[]
}

export interface Effect {
  readonly effect: string
  readonly sign_ins: number
  readonly users: number
  readonly reasons: readonly { readonly reason: string; readonly sign_ins: number }[]
  readonly examples: readonly {
    readonly user_id: string | null
    readonly username: string
    readonly application: string
    readonly timestamp: number
    readonly factor: string
    readonly reason: string
  }[]
}

/** What each effect means, for the number before it. */
export const effectWords: Readonly<Record<string, string>> = {
  allowed_to_denied: 'got in, and would be denied',
  factor_refused: 'used a method that would be refused; another one is left',
  asked_to_allowed: 'used a second factor, and would need none',
  denied_to_allowed: 'were denied, and would get in without a second factor',
  allowed_to_asked: 'got in without a second factor, and would be asked for one',
  denied_to_asked: 'were denied, and would be asked for a second factor',
}

export const notShownWords: Readonly<Record<string, string>> = {
  lockout: 'The log can’t show what another lockout would change.',
  push_fatigue: 'The log can’t show what another limit of pushes would change.',
  require_verified_push: 'The log does not say whether a push showed a code.',
}

/** Loads what a change would have done to the sign-ins of the last 7 days. */
export function useImpact(proposal: Proposal) {
  return useQuery({
    queryKey: ['impact', proposal],
    queryFn: () => api.post<Impact>('policies/impact', proposal),
    retry: false,
    gcTime: 0,
  })
}
