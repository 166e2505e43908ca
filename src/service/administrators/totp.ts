import { Secret as OathSecret, TOTP } from 'otpauth'
import {
  acceptableMoments,
  OathKey,
  type OathParameters,
} from '../authenticators/oath/oath_code.ts'
import type { StoreDb } from '../store/store.ts'
import type { AdministratorFactors } from './factors.ts'

/** The parameters that every authenticator app supports. */
const parameters: OathParameters = { kind: 'totp', algorithm: 'SHA1', digits: 6, stepSecs: 30 }
const secretOctets = 20

/** A new TOTP secret, in base32. */
export function newTotpSecret(): string {
  return new OathSecret({ size: secretOctets }).base32
}

/** The `otpauth://` URI that authenticator apps read from a QR code. */
export function totpUri(secret: string, issuer: string, account: string): string {
  const { algorithm, digits, stepSecs: period } = parameters
  return new TOTP({ issuer, label: account, secret, algorithm, digits, period }).toString()
}

/** The time step that a passcode is for; `undefined` if it is wrong. */
export function findTotpStep(secret: string, passcode: string, now: number): number | undefined {
  const typed = passcode.replace(/\s/g, '')
  const moments = acceptableMoments(parameters, { position: 0, drift: 0 }, now)
  return new OathKey(secret).findMoment(parameters, typed, moments)
}

/** Checks a passcode against every TOTP factor of an administrator, and uses its step up. */
export async function consumeTotp(
  factors: AdministratorFactors,
  adminId: string,
  passcode: string,
  now: number,
  db: StoreDb,
): Promise<boolean> {
  const held = await factors.ofAdministrator(adminId, db)
  for (const { factorId } of held.filter(({ kind }) => kind === 'totp')) {
    const secret = await factors.secretOf(factorId, db)
    const step = secret === undefined ? undefined : findTotpStep(secret, passcode, now)
    if (step !== undefined && (await factors.consumeStep(factorId, step, now, db))) return true
  }
  return false
}
