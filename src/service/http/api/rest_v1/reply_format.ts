import { serialize } from 'bson'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isRecord } from '../../../../duo/index.ts'

/** The suffixes of each path, which select the format of the answer. */
export const suffixes = ['', '.json', '.bson'] as const

/**
 * Writes every answer to a path that ends in `.bson` in BSON, failures and early rejections included.
 * Duo Unix before 1.12 reads nothing else.
 *
 * @param payload An envelope in JSON, or an image.
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
  // integers become int32, the only type that old clients read
  return Buffer.from(serialize(envelope))
}

function wantsBson({ raw }: FastifyRequest): boolean {
  const [path = ''] = (raw.url ?? '').split('?', 1)
  return path.endsWith('.bson')
}
