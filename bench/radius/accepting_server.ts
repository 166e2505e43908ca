/**
 * Only codec and server: every genuine login is accepted at once. Started with the shared
 * secret; prints its port.
 */
import { systemClock } from '../../src/host/clock.ts'
import { silentLog } from '../../src/host/log.ts'
import { Secret } from '../../src/host/secret.ts'
import { Code } from '../../src/radius/index.ts'
import { RadiusClients } from '../../src/radius/udp/radius_client.ts'
import { RadiusServer } from '../../src/radius/udp/server.ts'

const accept = { code: Code.AccessAccept, attributes: [] }
const reject = { code: Code.AccessReject, attributes: [] }

const server = new RadiusServer({
  place: { address: '127.0.0.1', port: 0 },
  clients: RadiusClients.of([
    {
      name: 'load generator',
      addresses: '127.0.0.1',
      secret: new Secret(process.argv[2] ?? ''),
      messageAuthenticator: 'required',
      messageAuthenticatorInReplies: true,
    },
  ]),
  // reveals the password, as every login does
  answer: async ({ password }) => (password === undefined ? reject : accept),
  log: silentLog,
  clock: systemClock,
})
await server.listen()
process.stdout.write(`${JSON.stringify({ port: server.address.port })}\n`)
