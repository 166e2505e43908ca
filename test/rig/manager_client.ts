import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'

type Headers = Readonly<Record<string, string>>

export interface ManagerAnswer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly text: string
  /** The body as JSON; an empty object if it is none. */
  readonly json: Readonly<Record<string, unknown>>
}

/** A browser page of the Proxy Manager, as far as requests are concerned. */
export class ManagerClient {
  readonly host: string
  cookie = ''
  proof = ''

  /** @param host Address and port: `127.0.0.1:8444`. */
  constructor(host: string) {
    this.host = host
  }

  /** Opens a link. @returns The answer to the exchange of its token. */
  async open(link: string): Promise<ManagerAnswer> {
    const token = new URL(link).hash.replace('#link=', '')
    const answer = await this.post('/api/session', { token })
    if (answer.status === 200) {
      this.cookie = answer.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
      this.proof = String(answer.json.proof)
    }
    return answer
  }

  async get(path: string, headers: Headers = {}): Promise<ManagerAnswer> {
    return await readAnswer(await this.#send('GET', path, undefined, headers))
  }

  async post(path: string, body: unknown, headers: Headers = {}): Promise<ManagerAnswer> {
    const all = { origin: `http://${this.host}`, 'content-type': 'application/json', ...headers }
    return await readAnswer(await this.#send('POST', path, JSON.stringify(body), all))
  }

  /** The events of a stream; the connection is closed when the reader stops. */
  async *stream(path: string, body?: unknown): AsyncGenerator<Readonly<Record<string, unknown>>> {
    const headers =
      body === undefined
        ? {}
        : { origin: `http://${this.host}`, 'content-type': 'application/json' }
    const method = body === undefined ? 'GET' : 'POST'
    const response = await this.#send(method, path, JSON.stringify(body), headers)
    let rest = ''
    try {
      for await (const chunk of response.setEncoding('utf8')) {
        const lines = (rest + String(chunk)).split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) if (line !== '') yield JSON.parse(line)
      }
    } finally {
      response.destroy()
    }
  }

  async #send(
    method: string,
    path: string,
    body: string | undefined,
    headers: Headers,
  ): Promise<IncomingMessage> {
    const [hostname = '', port = ''] = this.host.split(':')
    const own = {
      'sec-fetch-site': 'same-origin',
      ...(this.cookie === '' ? {} : { cookie: this.cookie }),
      ...(this.proof === '' ? {} : { 'x-manager-proof': this.proof }),
      ...headers,
    }
    const sent = request({ hostname, port, path, method, headers: own, agent: false })
    sent.end(body)
    const [response] = await once(sent, 'response')
    return response
  }
}

async function readAnswer(response: IncomingMessage): Promise<ManagerAnswer> {
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk)
  const isJson = response.headers['content-type']?.startsWith('application/json') === true
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text,
    json: isJson ? JSON.parse(text) : {},
  }
}
