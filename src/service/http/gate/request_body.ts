import type { FastifyInstance } from 'fastify'

const octetsToText = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Decodes bodies as text, and refuses those that are not UTF-8. */
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

/** Keeps bodies undecoded, since signatures cover their bytes. */
export function keepBodiesAsBytes(server: FastifyInstance): void {
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body)
  })
}
