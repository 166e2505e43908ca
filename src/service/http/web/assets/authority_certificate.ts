import { readFile } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'

/**
 * Adds `/ca.pem`, the public certificate of the service's own authority, so that a phone can install it.
 *
 * @param file PEM file; `undefined` if the certificate of the service is from a different authority.
 */
export function addAuthorityCertificate(server: FastifyInstance, file: string | undefined): void {
  server.get('/ca.pem', async (_request, reply) => {
    if (file === undefined) return reply.code(404).send()
    reply
      .header('cache-control', 'no-cache')
      .header('content-security-policy', "default-src 'none'")
      .header('x-content-type-options', 'nosniff')
      // with this type, iOS offers to install it as a profile
      .type('application/x-x509-ca-cert')
    return reply.send(await readFile(file))
  })
}
