import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { WorkspacesDirectory } from '../directory/directory.ts'
import { DirectoryServiceError } from '../directory/directory_service_error.ts'
import { findOperation } from './operations.ts'

const contentType = 'application/x-amz-json-1.1'
const targetPrefix = 'DirectoryService_20150416.'
const maxBodyOctets = 1024 * 1024

/**
 * Adds AWS's API of Directory Service to a server: `POST /`, AWS JSON 1.1, so that AWS's SDKs and command line work
 * against it with an endpoint URL. Requests must be signed with Signature Version 4, as clients of AWS sign them; account,
 * region and signature are not verified.
 */
export function addAwsApi(
  server: FastifyInstance,
  directories: readonly WorkspacesDirectory[],
): void {
  void server.register(async (api) => {
    // as text, because a body that is not JSON has an answer of AWS's own
    api.removeAllContentTypeParsers()
    api.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
    api.post('/', { bodyLimit: maxBodyOctets }, async (request, reply) => {
      const requestId = randomUUID()
      void reply.header('x-amzn-requestid', requestId)
      try {
        return await send(reply, 200, answer(request, directories))
      } catch (error) {
        if (!(error instanceof DirectoryServiceError)) throw error
        const status = error.code === 'ServiceException' ? 500 : 400
        const body = { __type: error.code, Message: error.message, RequestId: requestId }
        return await send(reply, status, body)
      }
    })
  })
}

function send(reply: FastifyReply, status: number, body: object): FastifyReply {
  // as octets, because Fastify would name a character set for text, which AWS does not
  const octets = Buffer.from(JSON.stringify(body))
  return reply.code(status).header('content-type', contentType).send(octets)
}

function answer(request: FastifyRequest, directories: readonly WorkspacesDirectory[]): object {
  const target = request.headers['x-amz-target']
  const name = typeof target === 'string' && target.startsWith(targetPrefix) ? target : ''
  const operation = findOperation(name.slice(targetPrefix.length))
  if (operation === undefined) {
    throw new DirectoryServiceError(
      'UnknownOperationException',
      `The simulator has no operation '${typeof target === 'string' ? target : ''}'`,
    )
  }
  requireSignature(request)
  return operation(parseBody(request.body), directories)
}

/** Only the form of the signature is checked: it is in the header `Authorization`. */
function requireSignature({ headers }: FastifyRequest): void {
  const { authorization } = headers
  if (authorization === undefined) {
    throw new DirectoryServiceError(
      'MissingAuthenticationTokenException',
      'Missing Authentication Token',
    )
  }
  const hasForm = /^AWS4-HMAC-SHA256 +Credential=[^,]+, *SignedHeaders=[^,]+, *Signature=\S+$/
  if (hasForm.test(authorization)) return
  throw new DirectoryServiceError(
    'IncompleteSignatureException',
    'Authorization must have Credential, SignedHeaders and Signature of AWS4-HMAC-SHA256',
  )
}

function parseBody(body: unknown): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(typeof body === 'string' && body !== '' ? body : '{}')
  } catch {
    throw new DirectoryServiceError('SerializationException', 'The body is not valid JSON')
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new DirectoryServiceError('SerializationException', 'The body is not a JSON object')
}
