import type { FastifyInstance } from 'fastify'

const octetsToText = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Requests with a body that is not UTF-8 are refused. */
export function readBodiesAsText(server: FastifyInstance): void {
  server.removeAllContentTypeParsers()
  server.addContentTypeParser<Buffer>('*', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, octetsToText.decode(body))
    } catch {
      done(Object.assign(new Error('the body is not UTF-8'), { statusCode: 400 }))
    }
  })
}

/** A signature is over the body's octets, whatever they are. */
export function keepBodiesAsOctets(server: FastifyInstance): void {
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body)
  })
}
