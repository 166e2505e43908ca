import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { directorySettings } from '../../../../src/service/applications/client/directory_settings.ts'

const product = 'amazon-workspaces'

describe('the settings of the directory behind an application', () => {
  test('are those of the catalogue, with a server for each proxy, until they are set', () => {
    assert.deepEqual(directorySettings({ product, client: {} }), {
      timeoutSecs: 20,
      retries: 0,
      servers: 2,
    })
    const client = { proxies: ['10.0.1.20'] }
    assert.equal(directorySettings({ product, client })?.servers, 1)
  })

  test('are those that an administrator has set', () => {
    const client = { radiusTimeoutSecs: 10, radiusRetries: 3, radiusServers: 1 }
    assert.deepEqual(directorySettings({ product, client }), {
      timeoutSecs: 10,
      retries: 3,
      servers: 1,
    })
  })

  test('have the timeout of the catalogue if each retry is a push of its own', () => {
    const client = { radiusTimeoutSecs: 0 }
    assert.equal(directorySettings({ product, client })?.timeoutSecs, 20)
  })

  test('do not exist for other products', () => {
    assert.equal(directorySettings({ product: 'cisco-asa', client: {} }), undefined)
  })
})
