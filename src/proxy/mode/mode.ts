import type { Decider } from '../login/verdict.ts'
import type { PrimaryAuthentication } from '../primary/primary.ts'
import type { SecondFactor } from '../second_factor/second_factor.ts'

/** The checks that a mode combines. */
export interface ModeChecks {
  readonly primary: PrimaryAuthentication
  readonly secondFactor: SecondFactor
}

/** Creates what decides on the logins of a server section. */
export type CreateMode<Section> = (section: Section, checks: ModeChecks) => Decider
