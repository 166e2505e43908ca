import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { startServer } from '../../rig/radius_peer.ts'
import { alice, settingsFor, testDirectory } from '../../rig/workspaces_directory.ts'

describe('a directory with one RADIUS server', () => {
  test('becomes Completed when every controller got a valid reply, also a reject', async (t) => {
    const sources = new Set<string>()
    const names: (string | undefined)[] = []
    const server = await startServer({
      answer: async (request) => {
        sources.add(request.peer.address)
        names.push(request.username)
        return { code: 3, attributes: [] }
      },
    })
    t.after(() => server.close())
    const directory = testDirectory()
    t.after(() => directory.close())
    directory.enableRadius(settingsFor(server.address.port))
    assert.equal(directory.describe().radius?.status, 'Creating')
    await directory.probed()
    assert.equal(directory.describe().radius?.status, 'Completed')
    assert.deepEqual([...sources].sort(), ['127.0.0.11', '127.0.0.12'])
    assert.deepEqual(names, ['fakeusername', 'fakeusername'])
  })

  test('asks RADIUS only after the right password, with what stands in the MFA field', async (t) => {
    const boxes: string[] = []
    const server = await startServer({
      answer: async ({ username, password }) => {
        if (username === alice.username) boxes.push(Buffer.from(password ?? []).toString())
        return { code: boxes.at(-1) === 'push' ? 2 : 3, attributes: [] }
      },
    })
    t.after(() => server.close())
    const directory = testDirectory()
    t.after(() => directory.close())
    directory.enableRadius(settingsFor(server.address.port))
    await directory.probed()
    const wrong = await directory.login({ username: 'alice', password: 'x', mfaCode: 'push' })
    assert.equal(wrong.result, 'denied')
    assert.deepEqual(boxes, [])
    const refused = await directory.login({ ...alice, mfaCode: '123456' })
    assert.equal(refused.result, 'denied')
    assert.equal(refused.message, wrong.message)
    const accepted = await directory.login({ ...alice, mfaCode: 'push' })
    assert.deepEqual(accepted, { loginId: accepted.loginId, result: 'accepted' })
    assert.deepEqual(boxes, ['123456', 'push'])
  })
})
