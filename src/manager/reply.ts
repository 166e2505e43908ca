import type { ServerResponse } from 'node:http'
import type { ApiProblem } from './editor/page_api.ts'

/** What a route answers. */
export type Reply =
  | { readonly status: number; readonly json: unknown; readonly cookie?: string }
  /** One JSON object per line, as long as there are events. */
  | { readonly stream: AsyncIterable<unknown> }

export function answer(json: unknown): Reply {
  return { status: 200, json }
}

export function refuse(status: number, problem: ApiProblem): Reply {
  return { status, json: { problem } }
}

const heartbeatMs = 10_000

/** Sends a reply; resolves when it is complete. */
export async function sendReply(response: ServerResponse, reply: Reply): Promise<void> {
  response.setHeader('cache-control', 'no-store')
  if ('json' in reply) {
    if (reply.cookie !== undefined) response.setHeader('set-cookie', reply.cookie)
    response.writeHead(reply.status, { 'content-type': 'application/json; charset=utf-8' })
    response.end(JSON.stringify(reply.json))
    return
  }
  response.writeHead(200, { 'content-type': 'application/x-ndjson; charset=utf-8' })
  response.flushHeaders()
  // keeps idle connections through a tunnel open, and detects broken ones
  const heartbeat = setInterval(() => response.write('\n'), heartbeatMs)
  try {
    for await (const event of reply.stream) {
      if (response.destroyed) break
      const isDrained = response.write(`${JSON.stringify(event)}\n`)
      if (!isDrained) await drained(response)
    }
  } finally {
    clearInterval(heartbeat)
    response.end()
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.once('drain', resolve)
    response.once('close', resolve)
  })
}
