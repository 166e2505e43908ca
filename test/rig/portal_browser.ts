import { Invitations } from '../../src/service/people/enrolment/invitations.ts'
import type { TestService } from './service.ts'
import type { Answer, RawRequest } from './service_client.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** A service, in this process or in another. */
export interface PortalService {
  readonly port: number
  send(raw: RawRequest): Promise<Answer>
}

/** A browser at the portal: keeps its cookie, and sends Origin and Sec-Fetch-Site. */
export class PortalBrowser {
  cookie: string | undefined
  readonly #service: PortalService
  readonly origin: string

  constructor(service: PortalService) {
    this.#service = service
    this.origin = `https://127.0.0.1:${service.port}`
  }

  /** @param headers Override the browser's headers; empty ones are left out. */
  async call(
    method: Method,
    path: string,
    body: object = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const text = method === 'GET' ? '' : JSON.stringify(body)
    const sent = {
      'content-length': String(Buffer.byteLength(text)),
      'sec-fetch-site': 'same-origin',
      ...(method === 'GET' ? {} : { origin: this.origin, 'content-type': 'application/json' }),
      ...(this.cookie === undefined ? {} : { cookie: this.cookie }),
      ...headers,
    }
    const answer = await this.#service.send({
      method,
      path: `/portal/api/${path}`,
      body: text,
      headers: Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== '')),
    })
    const [cookie] = [answer.headers['set-cookie'] ?? []].flat()
    if (cookie !== undefined) this.cookie = cookie.split(';')[0]
    return answer
  }

  get(path: string): Promise<Answer> {
    return this.call('GET', path)
  }

  post(path: string, body: object = {}): Promise<Answer> {
    return this.call('POST', path, body)
  }

  /** Signs in with a passcode. */
  async signIn(username: string, passcode: string): Promise<Answer> {
    await this.post('sign-in', { username })
    return await this.post('sign-in/passcode', { passcode })
  }
}

/** Creates an invitation, as an administrator would. @returns Its code. */
export async function invite(
  service: TestService,
  username: string,
  options: {
    readonly now: number
    readonly userId?: string
    readonly validSecs?: number
    readonly createdBy?: string
  },
): Promise<string> {
  const { now, userId = null, validSecs = 3600, createdBy = 'cli:root' } = options
  return await service.store.transaction((db) =>
    new Invitations().create({ username, userId, ikey: null, validSecs, createdBy }, now, db),
  )
}
