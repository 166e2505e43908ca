import assert from 'node:assert/strict'
import { Phones } from '../../src/service/authenticators/phone/phones.ts'
import { PortalBrowser } from './portal_browser.ts'
import type { TestService } from './service.ts'

export interface PortalOwner {
  readonly at: PortalBrowser
  readonly username: string
  readonly userId: string
  readonly phoneIds: readonly string[]
}

let names = 0

/** Creates a user with phones, and signs them in to the portal with a bypass code. */
export async function portalOwner(
  service: TestService,
  now: number,
  numbers: readonly string[] = ['+15550100001'],
): Promise<PortalOwner> {
  const phones = new Phones()
  const username = `owner${++names}`
  const { userId } = await service.addUser({ username })
  for (const number of numbers) {
    await service.store.transaction((db) => phones.add(userId, { number }, now, db))
  }
  const [code = ''] = await service.addBypassCodes(userId, 1)
  const at = new PortalBrowser(service)
  const answer = await at.signIn(username, code)
  assert.equal(answer.status, 200, answer.text)
  const own = await phones.ofUser(userId, service.store.db)
  return { at, username, userId, phoneIds: own.map(({ phoneId }) => phoneId) }
}
