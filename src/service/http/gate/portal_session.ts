import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../../../host/clock.ts'
import type { Secret } from '../../../host/secret.ts'
import type { Groups } from '../../people/groups.ts'
import type { User } from '../../people/user.ts'
import type { Users } from '../../people/users.ts'
import type {
  PortalSession,
  PortalSessionKind,
  PortalSessions,
} from '../../self_service/portal_sessions.ts'
import { PortalRefusal } from './portal_refusal.ts'

/** Who is at the portal: `user` is `undefined` for somebody whom nobody knows yet. */
export interface Admitted {
  readonly session: PortalSession
  readonly user: User | undefined
}

export interface PortalSessionGateParts {
  readonly sessions: PortalSessions
  readonly users: Users
  readonly groups: Groups
  /** Host name, with its port where that is not 443, that browsers know the service by. */
  readonly apiHost: () => string
  readonly clock: Clock
}

/** With `__Host-` a browser takes it from this host alone, over TLS alone, for all of its paths. */
const sessionCookie = '__Host-countersign-portal'
const attributes = 'Path=/; Secure; HttpOnly; SameSite=Strict'
const maxTokenLength = 64

/**
 * Finds out who is at the portal. A session is worth nothing as soon as its user may not sign in any
 * more, whoever has said so.
 */
export class PortalSessionGate {
  readonly #parts: PortalSessionGateParts

  constructor(parts: PortalSessionGateParts) {
    this.#parts = parts
  }

  /**
   * Lets in what the portal's own pages ask for. A browser says where a request comes from; what
   * does not say it is no browser that holds anybody's cookie.
   *
   * @throws {PortalRefusal} `cross_site`, `not_json`
   */
  checkOrigin(request: FastifyRequest): void {
    const { origin, host = '' } = request.headers
    const site = request.headers['sec-fetch-site']
    if (site !== undefined && site !== 'same-origin') throw new PortalRefusal('cross_site')
    if (request.method === 'GET') return
    const own = [`https://${host.toLowerCase()}`, `https://${this.#parts.apiHost().toLowerCase()}`]
    if (origin === undefined || !own.includes(origin.toLowerCase())) {
      throw new PortalRefusal('cross_site')
    }
    // a form of another site can't send it without asking first
    const type = request.headers['content-type'] ?? ''
    if (!/^application\/json\s*(;|$)/i.test(type)) throw new PortalRefusal('not_json')
  }

  /** @throws {PortalRefusal} `no_session` where there is none of those kinds. */
  async admit(request: FastifyRequest, kinds: readonly PortalSessionKind[]): Promise<Admitted> {
    const admitted = await this.visitor(request)
    if (admitted === undefined || !kinds.includes(admitted.session.kind)) {
      throw new PortalRefusal('no_session')
    }
    return admitted
  }

  /** Whoever has a session, of whichever kind. */
  async visitor(request: FastifyRequest): Promise<Admitted | undefined> {
    const { sessions, users, clock } = this.#parts
    const token = readCookie(request)
    if (token === undefined) return undefined
    const session = await sessions.byToken(token, clock.now())
    if (session === undefined) return undefined
    const user = session.userId === null ? undefined : await users.byId(session.userId)
    if (session.kind === 'self_service' && user === undefined) return undefined
    if (user !== undefined && !(await this.#maySignIn(user))) {
      await sessions.end(session.tokenHash)
      return undefined
    }
    await sessions.touch(session, clock.now())
    return { session, user }
  }

  /** Gives the browser another token; the one before is no session any more. */
  setCookie(reply: FastifyReply, token: Secret): void {
    reply.header('set-cookie', `${sessionCookie}=${token.reveal()}; ${attributes}`)
  }

  clearCookie(reply: FastifyReply): void {
    reply.header('set-cookie', `${sessionCookie}=; ${attributes}; Max-Age=0`)
  }

  async #maySignIn({ status, userId }: User): Promise<boolean> {
    if (status === 'disabled' || status === 'locked out') return false
    const groups = await this.#parts.groups.ofUser(userId)
    return groups.every((group) => group.status !== 'disabled')
  }
}

function readCookie({ headers }: FastifyRequest): string | undefined {
  const named = `${sessionCookie}=`
  const tokens = (headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(named))
    .map((pair) => pair.slice(named.length))
  // two of one name are somebody's attempt to slip his own in
  const [token] = tokens
  return tokens.length === 1 && token !== undefined && token.length <= maxTokenLength
    ? token
    : undefined
}
