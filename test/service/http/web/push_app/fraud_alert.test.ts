import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { addAdministrator } from '../../../../rig/admin_client.ts'
import { parseResponse, TestService } from '../../../../rig/service.ts'

describe('the report of a fraud', () => {
  test('is mailed to the owners without fraud_email, and promised to users only then', async () => {
    const mailed: string[] = []
    const mail = { send: async ({ to }: { readonly to: string }) => void mailed.push(to) }
    const service = await TestService.start({ delivery: { mail } })
    try {
      const { userId } = await service.addUser({ username: 'alice' })
      const phone = await service.addPushPhone(userId)
      const promised = async () => (await phone.call('GET', '/app/api/device')).body.fraudMailed
      const report = async () => {
        const parameters = { username: 'alice', factor: 'push', device: 'auto', async: '1' }
        const asked = await service.call({ path: '/auth/v2/auth', parameters })
        const { txid } = parseResponse(asked)
        assert.equal((await phone.answer(String(txid), 'fraud')).status, 200)
      }
      await addAdministrator(service.store, { email: 'help@example.com', role: 'Help Desk' })
      assert.equal(await promised(), false)
      await report()
      assert.deepEqual(mailed, [])

      await addAdministrator(service.store, { email: 'owner@example.com' })
      assert.equal(await promised(), true)
      await report()
      assert.deepEqual(mailed, ['owner@example.com'])
    } finally {
      await service.close()
    }
  })
})
