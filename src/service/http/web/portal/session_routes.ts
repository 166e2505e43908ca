import * as z from 'zod'
import type { Person } from '../../../self_service/person.ts'
import type { PortalLimits } from './portal_limits.ts'
import type { PortalParts } from './portal_parts.ts'
import { nothing, type PortalRoutes } from './portal_routes.ts'
import { shownEnrolment } from './shown_belongings.ts'

const username = z
  .string()
  .trim()
  .min(1)
  .max(255)
  .regex(/^\P{C}+$/u)
const passcode = z.string().trim().min(1).max(64)
const invitation = z.object({ code: z.string().regex(/^[A-Za-z0-9]{8,64}$/) })
/** The library that verifies it checks the rest. */
const assertion = z.looseObject({
  id: z.string().max(2048),
  rawId: z.string().max(2048),
  response: z.object({
    clientDataJSON: z.string().max(8192),
    authenticatorData: z.string().max(8192),
    signature: z.string().max(8192),
    userHandle: z.string().max(512).optional(),
  }),
  clientExtensionResults: z.looseObject({}),
  type: z.literal('public-key'),
})

/** Adds routes that begin, show and end a session. */
export function addSessionRoutes(
  routes: PortalRoutes,
  parts: PortalParts,
  limits: PortalLimits,
): void {
  const { gate, enrolments, sessions, signIn, passkeys, clock } = parts

  routes.anybody('GET', 'session', nothing, async ({ who }) => await described(who, parts))

  routes.anybody('POST', 'invitation', invitation, async (call) => {
    limits.tried(call.request, '')
    const { session, token } = await enrolments.open(
      call.body.code,
      call.who?.session,
      call.address,
    )
    if (token !== undefined) gate.setCookie(call.reply, token)
    const known = call.who?.session.tokenHash === session.tokenHash ? call.who.user : undefined
    return await described({ session, user: known }, parts)
  })

  routes.anybody('POST', 'sign-in', z.object({ username }), async (call) => {
    limits.tried(call.request, call.body.username)
    const token = await signIn.begin(call.body.username, call.who?.session, call.address)
    gate.setCookie(call.reply, token)
    return { kind: 'sign_in', username: call.body.username, ...about(parts) }
  })

  routes.signingIn('sign-in/passcode', z.object({ passcode }), async ({ who, ...call }) => {
    limits.tried(call.request, who.username)
    gate.setCookie(call.reply, await signIn.passcode(who, call.body.passcode))
    return { kind: 'signed_in' }
  })

  routes.signingIn('sign-in/push', nothing, async ({ who, request }) => {
    limits.tried(request, who.username)
    return { code: await signIn.push(who) }
  })

  routes.signingIn('sign-in/push/standing', nothing, async ({ who, reply }) => {
    const standing = await signIn.pushStanding(who)
    if (standing.kind === 'signed_in') gate.setCookie(reply, standing.token)
    return { kind: standing.kind }
  })

  routes.signingIn('sign-in/sms', nothing, async ({ who, request }) => {
    limits.tried(request, who.username)
    await signIn.sms(who)
    return { kind: 'sent' }
  })

  routes.anybody('POST', 'sign-in/passkey/options', nothing, async (call) => {
    limits.tried(call.request, '')
    const before = call.who?.session
    if (before?.kind === 'sign_in') return await passkeys.signInOptions(before.tokenHash)
    const token = await signIn.begin('', before, call.address)
    gate.setCookie(call.reply, token)
    const session = await sessions.byToken(token.reveal(), clock.now())
    return await passkeys.signInOptions(session?.tokenHash ?? '')
  })

  routes.signingIn('sign-in/passkey', z.object({ assertion }), async ({ who, ...call }) => {
    limits.tried(call.request, '')
    gate.setCookie(call.reply, await signIn.passkey(who, parseAssertion(call.body.assertion)))
    return { kind: 'signed_in' }
  })

  routes.anybody('POST', 'sign-out', nothing, async ({ who, reply }) => {
    if (who !== undefined) await sessions.end(who.session.tokenHash)
    gate.clearCookie(reply)
    return { kind: 'none' }
  })
}

/** What the pages need to know of a session. */
async function described(who: Person | undefined, parts: PortalParts): Promise<object> {
  if (who === undefined) return { kind: 'none', ...about(parts) }
  const { session, user } = who
  const { kind, username: name } = session
  const finished = await parts.enrolments.hasFinished(who)
  return {
    kind,
    username: user?.username ?? name,
    realname: kind === 'self_service' ? (user?.realname ?? '') : '',
    finished,
    ...(kind === 'enrollment' && finished && user !== undefined
      ? {
          enrolled: shownEnrolment(await parts.ownDevices.list({ session, user }), session.created),
        }
      : {}),
    ...about(parts),
  }
}

/** Which factors the service has, and whether it only tries them out; the same for all users. */
function about({ delivery, triesOut }: PortalParts) {
  const ways = { push: delivery.push !== undefined, sms: delivery.sms !== undefined }
  return { ways, triesOut }
}

function parseAssertion(read: z.infer<typeof assertion>) {
  const { clientDataJSON, authenticatorData, signature, userHandle } = read.response
  return {
    id: read.id,
    rawId: read.rawId,
    type: read.type,
    clientExtensionResults: {},
    response: {
      clientDataJSON,
      authenticatorData,
      signature,
      ...(userHandle === undefined ? {} : { userHandle }),
    },
  }
}
