import type { Activated, ActivationPreview } from '../../../src/push/app_message.ts'
import { activationText } from '../../../src/push/signed_text.ts'
import { awaitAnswer } from '../service/refusal.ts'
import { base64url, fromBase32, utf8 } from './encoding.ts'
import { type Phone, storePhone } from './phone_store.ts'
import { signed } from './signature.ts'

const link = /^https:\/\/[^/]+\/(?:activate\/|app\/#\/activate\/)([A-Za-z0-9]{20})\/?$/
const bare = /^([A-Za-z0-9]{20})$/
const uri = /^duo:\/\/([A-Za-z0-9]{20})-/

/** Extracts the activation code from a code, a link, or a `duo:` code. */
export function activationCodeIn(text: string): string | undefined {
  const trimmed = text.trim()
  return [link, bare, uri].map((form) => form.exec(trimmed)?.[1]).find((code) => code !== undefined)
}

/**
 * Asks what an activation code is for, without using it.
 *
 * @throws {Refusal} If the service rejects the code.
 */
export async function previewActivation(code: string): Promise<ActivationPreview> {
  const body = JSON.stringify({ code })
  return await awaitAnswer(fetch('/app/api/activation', { method: 'POST', body }))
}

/**
 * Creates this phone's keys, registers the public key, and stores the result.
 *
 * @throws {Refusal} If the service rejects the code.
 */
export async function activate(code: string, name: string, platform: string): Promise<Phone> {
  const { subtle } = crypto
  const kind = { name: 'ECDSA', namedCurve: 'P-256' }
  const { publicKey, privateKey } = await subtle.generateKey(kind, false, ['sign', 'verify'])
  const spki = base64url(await subtle.exportKey('spki', publicKey))
  const codeHash = base64url(await subtle.digest('SHA-256', utf8(code)))
  const proof = await signed(privateKey, activationText(codeHash, spki))
  const body = JSON.stringify({ code, publicKey: spki, proof, name, platform })
  const sent = fetch('/app/api/activate', { method: 'POST', body })
  const { device, username, account, oath, time } = await awaitAnswer<Activated>(sent)
  const hmac = { name: 'HMAC', hash: 'SHA-1' }
  const phone: Phone = {
    device,
    name,
    username,
    account,
    signingKey: privateKey,
    oathKey: await subtle.importKey('raw', fromBase32(oath.secret), hmac, false, ['sign']),
    oathDigits: oath.digits,
    oathStepSecs: oath.stepSecs,
    aheadMs: time - Date.now(),
  }
  await storePhone(phone)
  return phone
}
