import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { replyMessages } from '../../src/radius/index.ts'
import type { RadiusServer } from '../../src/radius/udp/server.ts'
import { skipWithout } from '../rig/debian_package.ts'
import { acceptBob, secret, startServer } from '../rig/radius_peer.ts'

const skip = skipWithout('python3-pyrad', '/usr/lib/python3/dist-packages/pyrad/client.py')

const dictionary = `
ATTRIBUTE User-Name 1 string
ATTRIBUTE User-Password 2 octets
ATTRIBUTE NAS-Identifier 32 string
ATTRIBUTE Reply-Message 18 string
ATTRIBUTE Proxy-State 33 octets
ATTRIBUTE Message-Authenticator 80 octets
`

/** Sends one Access-Request and prints the code and the texts of the reply, which pyrad verifies. */
const script = `
import sys
from pyrad.client import Client
from pyrad.dictionary import Dictionary
from pyrad import packet
port, secret, folder, user, password = sys.argv[1:]
client = Client(server='127.0.0.1', authport=int(port), secret=secret.encode(), dict=Dictionary(folder))
client.timeout, client.retries = 3, 1
request = client.CreateAuthPacket(code=packet.AccessRequest, User_Name=user, NAS_Identifier='pyrad')
request['User-Password'] = request.PwCrypt(password)
reply = client.SendPacket(request)
print(reply.code, list(reply.keys())[0], ' '.join(reply['Reply-Message']))
`

describe('pyrad', { skip }, () => {
  let server: RadiusServer
  let folder: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pyrad-'))
    await writeFile(join(folder, 'dictionary'), dictionary)
    server = await startServer({
      answer: async (request) => ({
        ...(await acceptBob(request)),
        attributes: replyMessages(`hello ${request.username}`),
      }),
    })
  })

  after(async () => {
    await server.close()
    await rm(folder, { recursive: true })
  })

  async function ask(user: string, password: string): Promise<string> {
    const { port } = server.address
    const { stdout } = await promisify(execFile)('/usr/bin/python3', [
      '-c',
      script,
      `${port}`,
      secret,
      join(folder, 'dictionary'),
      user,
      password,
    ])
    return stdout.trim()
  }

  test('sends no Message-Authenticator, and is answered with one, first', async () => {
    assert.equal(await ask('bob', 'hello'), '2 Message-Authenticator hello bob')
    assert.equal(await ask('bob', 'other'), '3 Message-Authenticator hello bob')
    assert.equal(await ask('zoë', 'hello'), '3 Message-Authenticator hello zoë')
  })
})
