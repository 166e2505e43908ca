import * as z from 'zod'
import type { PolicyPlace } from '../../../administration/acts/policy_approval.ts'
import type { PolicyProposal, ProposedPlace } from '../../../applications/policy/policy_proposal.ts'
import { checkSections } from '../../../applications/policy/policy_sections.ts'
import { describeSection } from '../../../applications/policy/section_descriptions.ts'
import type { PolicyImpact, PolicyImpacts } from '../../../sign_in/policy_impact.ts'
import { queueLimits, UserQueue } from '../../../sign_in/user_queue.ts'
import type { Store } from '../../../store/store.ts'
import type { AdminRoutes } from './admin_routes.ts'
import { noGlobal } from './policy_json.ts'
import { PolicyRequests, placeBody, sectionsBody } from './policy_requests.ts'

const policy = z.string().max(40)
const proposalBody = z.discriminatedUnion('change', [
  z.object({ change: z.literal('sections'), policy, sections: sectionsBody }),
  z.object({
    change: z.literal('attach'),
    policy,
    place: placeBody,
    sections: sectionsBody.optional(),
  }),
  z.object({ change: z.literal('detach'), policy, place: placeBody }),
  z.object({ change: z.literal('delete'), policy }),
])
const bodyLimit = 250_000
/** Each reads thousands of lines of the log. */
const limits = { ...queueLimits, atOnce: 1, waiting: 4, maxWaitMs: 20_000 } as const

/**
 * Adds `POST policies/impact`, which changes nothing. It takes a change of policies: `{ change: 'sections',
 * policy, sections }` (all sections that the policy would have), `{ change: 'attach', policy, place, sections? }`,
 * `{ change: 'detach', policy, place }` or `{ change: 'delete', policy }`; a place is that of
 * `policies/:id/places`.
 *
 * Answers `{ since, sign_ins, bounded, applications, effects: [{ effect, sign_ins, users, reasons: [{ reason,
 * sign_ins }], examples: [{ user_id, username, application, timestamp, factor, reason }] }], weakened,
 * not_shown }`: what it would have done to the sign-ins of the last 7 days. Without the permit `logs.view`,
 * there are no examples. `weakened` (`[{ section, title }]`) are sections that would ask less of anyone, `not_shown` settings whose
 * change the log can't show.
 */
export function addPolicyImpactRoutes(
  routes: AdminRoutes,
  store: Store,
  impacts: PolicyImpacts,
): void {
  const requests = new PolicyRequests(store)
  const queue = new UserQueue(limits)

  const readProposal = async (body: z.infer<typeof proposalBody>): Promise<PolicyProposal> => {
    const found = (await requests.find(body.policy)) ?? noGlobal
    switch (body.change) {
      case 'sections': {
        const changed = { ...found, sections: checkSections(body.sections) }
        return found === noGlobal
          ? { kind: 'attach', policy: changed, place: { kind: 'global' } }
          : { kind: 'change', policy: changed }
      }
      case 'attach': {
        const position = body.place.kind === 'group' ? body.place.position : undefined
        const place = toProposed(await requests.place(body.place), position)
        const sections = body.sections && checkSections(body.sections)
        return { kind: 'attach', policy: { ...found, ...(sections && { sections }) }, place }
      }
      case 'detach': {
        const place = toProposed(await requests.place(body.place), undefined)
        return { kind: 'detach', policyKey: found.policyKey, place }
      }
      case 'delete':
        return { kind: 'delete', policyKey: found.policyKey }
    }
  }

  routes.act({
    method: 'POST',
    path: 'policies/impact',
    body: proposalBody,
    bodyLimit,
    answer: async ({ body, administration }) => {
      administration.require('policies.view', 'the impact of a policy')
      const proposal = await readProposal(body)
      const impact = await queue.run('impact', () => impacts.of(proposal))
      const showsUsers = administration.actor.role.permits.has('logs.view')
      return describeImpact(impact, showsUsers)
    },
  })
}

function toProposed(place: PolicyPlace, position: number | undefined): ProposedPlace {
  switch (place.kind) {
    case 'global':
      return place
    case 'application':
      return { kind: 'application', ikey: place.integration.ikey }
    case 'group':
      return { kind: 'group', ikey: place.integration.ikey, group: place.group, position }
  }
}

function describeImpact(impact: PolicyImpact, showsUsers: boolean) {
  return {
    since: impact.since,
    sign_ins: impact.signIns,
    bounded: impact.isBounded,
    applications: impact.applications,
    effects: impact.effects.map(({ effect, signIns, users, reasons, examples }) => ({
      effect,
      sign_ins: signIns,
      users,
      reasons: reasons.map((each) => ({ reason: each.reason, sign_ins: each.signIns })),
      examples: (showsUsers ? examples : []).map(({ userId, ...example }) => ({
        user_id: userId,
        ...example,
      })),
    })),
    weakened: impact.weakened.map((section) => ({
      section,
      title: describeSection(section).title,
    })),
    not_shown: impact.notShown,
  }
}
