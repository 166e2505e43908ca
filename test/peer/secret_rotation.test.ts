import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Secret } from '../../src/host/secret.ts'
import { skipWithout } from '../rig/debian_package.ts'
import { radclient } from '../rig/radclient.ts'
import { client, startServer } from '../rig/radius_peer.ts'

const skip = skipWithout('freeradius-utils', '/usr/bin/radclient')

/** radclient drops a reply that is not signed with its own secret, and then exits with 1. */
describe('radclient while its secret is being replaced', { skip }, () => {
  for (const signature of ['Message-Authenticator = 0x00', undefined]) {
    test(`${signature === undefined ? 'unsigned' : 'signed'}: accepts the replies under either secret`, async () => {
      const server = await startServer({
        clients: [
          client({ secret: new Secret('new-secret'), previousSecret: new Secret('old-secret') }),
        ],
      })
      const request = ['User-Name = "bob"', 'User-Password = "hello"']
      const lines = signature === undefined ? request : [...request, signature]
      for (const secret of ['old-secret', 'new-secret']) {
        const { exitCode, output } = await radclient(server.address.port, secret, lines)
        assert.match(output, /Received Access-Accept/)
        assert.equal(exitCode, 0, output)
      }
      await server.close()
    })
  }

  test('gets the reply to its Status-Server under either secret', async () => {
    const server = await startServer({
      clients: [
        client({ secret: new Secret('new-secret'), previousSecret: new Secret('old-secret') }),
      ],
    })
    for (const secret of ['old-secret', 'new-secret']) {
      const { exitCode, output } = await radclient(
        server.address.port,
        secret,
        ['Message-Authenticator = 0x00'],
        { command: 'status' },
      )
      assert.equal(exitCode, 0, output)
    }
    await server.close()
  })
})
