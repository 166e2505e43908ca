import type { Migration } from 'kysely/migration'
import { first } from './0001_first.ts'
import { factors } from './0002_factors.ts'
import { names } from './0003_names.ts'
import { guess } from './0004_guess.ts'
import { logRetention } from './0006_log_retention.ts'
import { clients } from './0007_clients.ts'
import { cli } from './0008_cli.ts'
import { namesWithoutDomain } from './0009_names_without_domain.ts'
import { policies } from './0010_policies.ts'
import { administration } from './0011_administration.ts'
import { policyNames } from './0012_policy_names.ts'
import { invitedActivations } from './0013_invited_activations.ts'

/** Every step from an empty database to the current schema. Landed steps never change. */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001_first': { up: first },
  '0002_factors': { up: factors },
  '0003_names': { up: names },
  '0004_guess': { up: guess },
  '0006_log_retention': { up: logRetention },
  '0007_clients': { up: clients },
  '0008_cli': { up: cli },
  '0009_names_without_domain': { up: namesWithoutDomain },
  '0010_policies': { up: policies },
  '0011_administration': { up: administration },
  '0012_policy_names': { up: policyNames },
  '0013_invited_activations': { up: invitedActivations },
}
