import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Secret } from '../../../src/host/secret.ts'
import { serverCertificate } from '../../../src/service/http/server/certificate_files.ts'
import { LdapPrimary } from '../../../src/workspaces/primary/ldap_primary.ts'
import { directory, Slapd } from '../../rig/slapd.ts'

describe('passwords that OpenLDAP checks', () => {
  let slapd: Slapd
  let folder: string
  const primaryFor = (changes: object = {}) =>
    new LdapPrimary({
      url: `ldap://127.0.0.1:${slapd.port}`,
      baseDn: directory.base,
      bindDn: directory.account,
      bindPassword: new Secret(directory.password),
      nameAttribute: 'cn',
      domain: 'corp.test',
      ...changes,
    })

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ldap-primary-'))
    slapd = await Slapd.start(await serverCertificate(folder, ['localhost'], undefined, Date.now()))
  })
  after(async () => {
    await slapd.stop()
    rmSync(folder, { recursive: true })
  })

  test('lets in a user with the right password, by name and by name and domain', async () => {
    for (const name of ['proxy', 'PROXY', 'proxy@corp.test']) {
      const verdict = await primaryFor().verify(name, new Secret(directory.password))
      assert.deepEqual(verdict, {
        kind: 'accepted',
        samAccountName: 'proxy',
        userPrincipalName: 'proxy@corp.test',
      })
    }
  })

  test('refuses a wrong, an empty and an unknown one', async () => {
    const subCode = async (name: string, password: string): Promise<unknown> => {
      const verdict = await primaryFor().verify(name, new Secret(password))
      return verdict.kind === 'refused' ? verdict.subCode : verdict.kind
    }
    assert.equal(await subCode('proxy', 'wrong'), '52e')
    assert.equal(await subCode('proxy', ''), '52e')
    assert.equal(await subCode('nobody', 'wrong'), '525')
    assert.equal(await subCode('proxy@other.test', directory.password), '525')
    assert.equal(await subCode('*', directory.password), '525')
  })

  test('a domain that cannot be asked is an error, and no refusal', async () => {
    const password = new Secret(directory.password)
    await assert.rejects(primaryFor({ url: 'ldap://127.0.0.1:1' }).verify('proxy', password))
    const wrong = { bindPassword: new Secret('wrong') }
    await assert.rejects(primaryFor(wrong).verify('proxy', password), /service account/)
  })
})
