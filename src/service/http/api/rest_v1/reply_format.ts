import { serialize } from 'bson'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isRecord } from '../../../../duo/index.ts'

/** The suffixes that each path has, and that choose the format of the answer. */
export const suffixes = ['', '.json', '.bson'] as const

/**
 * Writes an answer in BSON where the path ends in `.bson`, whatever the answer is: a failure as well,
 * and what was refused before anybody looked at it. Duo Unix before 1.12 reads nothing else.
 *
 * @param payload The answer as it stands: an envelope in JSON, or a picture.
 */
export async function inAskedFormat(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): Promise<unknown> {
  if (!wantsBson(request) || typeof payload !== 'string') return payload
  const envelope: unknown = JSON.parse(payload)
  if (!isRecord(envelope)) throw new TypeError('an answer is an envelope')
  reply.header('content-type', 'application/bson')
  // whole numbers become int32, the only kind that old clients read
  return Buffer.from(serialize(envelope))
}

function wantsBson({ raw }: FastifyRequest): boolean {
  const [path = ''] = (raw.url ?? '').split('?', 1)
  return path.endsWith('.bson')
}
