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
import { administrators } from './0014_administrators.ts'
import { logDetails } from './0015_log_details.ts'
import { people } from './0016_people.ts'
import { applicationSettings } from './0018_application_settings.ts'
import { recoveryCodes } from './0020_recovery_codes.ts'
import { authenticatorApps } from './0021_authenticator_apps.ts'
import { bypassCodesByTime } from './0022_bypass_codes_by_time.ts'
import { logChain } from './0023_log_chain.ts'
import { approvals } from './0024_approvals.ts'
import { logOfApplication } from './0025_log_of_application.ts'
import { jobs } from './0026_jobs.ts'
import { proxies } from './0032_proxies.ts'
import { administratorSecurity } from './0034_administrator_security.ts'
import { listsAtScale } from './0036_lists_at_scale.ts'
import { revokedInvitations } from './0037_revoked_invitations.ts'
import { administratorPush } from './0038_administrator_push.ts'
import { joinedRequests } from './0039_joined_requests.ts'
import { retries } from './0040_retries.ts'
import { challengeResponses } from './0042_challenge_responses.ts'
import { approvalTimes } from './0046_approval_times.ts'
import { requested } from './0047_requested.ts'
import { unread } from './0054_unread.ts'
import { listener } from './0056_listener.ts'

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
  '0014_administrators': { up: administrators },
  '0015_log_details': { up: logDetails },
  '0016_people': { up: people },
  '0018_application_settings': { up: applicationSettings },
  '0020_recovery_codes': { up: recoveryCodes },
  '0021_authenticator_apps': { up: authenticatorApps },
  '0022_bypass_codes_by_time': { up: bypassCodesByTime },
  '0023_log_chain': { up: logChain },
  '0024_approvals': { up: approvals },
  '0025_log_of_application': { up: logOfApplication },
  '0026_jobs': { up: jobs },
  '0032_proxies': { up: proxies },
  '0034_administrator_security': { up: administratorSecurity },
  '0036_lists_at_scale': { up: listsAtScale },
  '0037_revoked_invitations': { up: revokedInvitations },
  '0038_administrator_push': { up: administratorPush },
  '0039_joined_requests': { up: joinedRequests },
  '0040_retries': { up: retries },
  '0042_challenge_responses': { up: challengeResponses },
  '0046_approval_times': { up: approvalTimes },
  '0047_requested': { up: requested },
  '0054_unread': { up: unread },
  '0056_listener': { up: listener },
}
