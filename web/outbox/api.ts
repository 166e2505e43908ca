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
  /** `null` where the service has forgotten it. */
  readonly outcome: {
    readonly result: 'allow' | 'deny' | 'waiting'
    readonly status: string
    readonly status_msg: string
  } | null
}

export type Entry = Message | Mail | Call

/** What the service did not do, and why. */
export class OutboxError extends Error {
  override readonly name = 'OutboxError'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

const unused = 404
const notUsed =
  'Nothing is tried out here: no provider in countersign.cfg is outbox, so that there is nothing to show.'

async function call<Answer>(method: string, path: string, body?: object): Promise<Answer> {
  const answer = await fetch(`/outbox/api/${path}`, {
    method,
    // behind the # no server and no log is told it
    headers: { authorization: `Bearer ${location.hash.slice(1)}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const json = await answer.json()
  if (answer.ok) return json
  const known = answer.status === unused && json.code !== 'not_found'
  throw new OutboxError(answer.status, known ? notUsed : String(json.message))
}

/** All that the page asks of the service. */
export const outbox = {
  entries: () => call<{ readonly entries: readonly Entry[] }>('GET', 'entries'),
  /** @param key `null` for hanging up. */
  answer: (id: string, key: string | null) => call<object>('POST', `calls/${id}/answer`, { key }),
}
