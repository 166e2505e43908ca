interface Kept {
  readonly id: string
  /** In milliseconds since 1970. */
  readonly at: number
  readonly to: string
  readonly text: string
}

export interface Message extends Kept {
  readonly kind: 'sms'
}

export interface Mail extends Kept {
  readonly kind: 'mail'
  readonly subject: string
}

export interface Call extends Kept {
  readonly kind: 'phone'
  readonly confirmKeys: string
  readonly fraudKey: string | null
  readonly expires: number
  /** `null` once the service has deleted the sign-in. */
  readonly outcome: {
    readonly result: 'allow' | 'deny' | 'waiting'
    readonly status: string
    readonly status_msg: string
  } | null
}

export type Entry = Message | Mail | Call

/** An error response of the service. */
export class OutboxError extends Error {
  override readonly name = 'OutboxError'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

const unused = 404
const notUsed = 'The outbox is off: no provider in countersign.cfg is set to outbox.'

async function call<Answer>(method: string, path: string, body?: object): Promise<Answer> {
  const answer = await fetch(`/outbox/api/${path}`, {
    method,
    // the key is in the URL fragment, which never reaches a server or a log
    headers: { authorization: `Bearer ${location.hash.slice(1)}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const json = await answer.json()
  if (answer.ok) return json
  const known = answer.status === unused && json.code !== 'not_found'
  throw new OutboxError(answer.status, known ? notUsed : String(json.message))
}

/** The outbox API. */
export const outbox = {
  entries: () => call<{ readonly entries: readonly Entry[] }>('GET', 'entries'),
  /** @param key `null` to hang up. */
  answer: (id: string, key: string | null) => call<object>('POST', `calls/${id}/answer`, { key }),
}
