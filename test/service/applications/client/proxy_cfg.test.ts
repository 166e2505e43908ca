import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Secret } from '../../../../src/host/secret.ts'
import { proxyCfg } from '../../../../src/service/applications/client/proxy_cfg.ts'

describe('authproxy.cfg of an application', () => {
  function cfg(skey: Secret | undefined, radiusSecret: Secret | undefined): string {
    return proxyCfg({
      title: 'VPN',
      keys: { ikey: 'DIXXXXXXXXXXXXXXXXXX', skey },
      api: { host: 'mfa.example.com', port: 443 },
      authority: { kind: 'public' },
      radiusClients: [{ address: '127.0.0.1', secret: radiusSecret }],
      radiusPort: 1812,
      failmode: 'secure',
    })
  }

  test('says how to print each hidden secret', () => {
    const text = cfg(undefined, undefined)
    assert.match(text, /^; EDIT: the secret key is hidden; add --reveal to print it here\nskey=$/m)
    assert.match(
      text,
      /^; EDIT: the RADIUS secret is hidden; add --reveal to print it here\nradius_secret_1=$/m,
    )
  })

  test('needs no edit if it has both secrets', () => {
    const text = cfg(new Secret('skey'), new Secret('K5mV9qZr2LxTn8WbPd4G'))
    assert.match(text, /^radius_secret_1=K5mV9qZr2LxTn8WbPd4G$/m)
    assert.doesNotMatch(text, /EDIT/)
  })
})
