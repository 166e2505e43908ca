import { readSealingKeys, writeSealingKeys } from './data_folder.ts'
import { logKeyName, logKeyPlace } from './log_key.ts'
import { newSealingKey, Sealing, sealingKey } from './sealing.ts'
import { readSetting, writeSetting } from './settings.ts'
import type { Store, StoreDb } from './store.ts'

/** The place that the secret key of an application is bound to. */
export function integrationPlace(ikey: string): string {
  return `integrations:skey:${ikey}`
}

/** The place that the RADIUS secret of an application is bound to. */
export function radiusSecretPlace(ikey: string): string {
  return `integrations:radius_secret:${ikey}`
}

export function tokenPlace(tokenId: string): string {
  return `oath_tokens:secret:${tokenId}`
}

export function yubikeyPlace(tokenId: string): string {
  return `yubikeys:key:${tokenId}`
}

export function smsPasscodePlace(phoneId: string, position: number): string {
  return `sms_passcodes:code:${phoneId}:${position}`
}

/** The place that the TOTP secret of an administrator's factor is bound to. */
export function factorPlace(factorId: string): string {
  return `administrator_factors:secret:${factorId}`
}

export const vapidPlace = 'settings:vapid_keys'

/** Settings that are sealed, and the places that they are bound to. */
const sealedSettings = {
  sealing_check: 'sealing_check',
  vapid_keys: vapidPlace,
  [logKeyName]: logKeyPlace,
} as const

/**
 * Creates a new sealing key and seals all secrets with it. The key file has the new key before the
 * first secret needs it, and keeps the old ones, because hashes (of bypass codes) can't be sealed
 * again. After a crash in between, both keys are in the file, and everything can be opened.
 *
 * @param db A transaction.
 * @returns How many secrets were sealed again.
 */
export async function rotateSealingKey(store: Store, db: StoreDb): Promise<number> {
  const before = readSealingKeys(store.folder, { make: false })
  const added = newSealingKey()
  writeSealingKeys(store.folder, [added, ...before.map(({ octets }) => octets.toString('base64'))])
  const sealing = new Sealing([sealingKey(added), ...before])
  const counts = [
    await resealIntegrations(db, sealing),
    await resealTokens(db, sealing),
    await resealYubikeys(db, sealing),
    await resealFactors(db, sealing),
    await resealSmsPasscodes(db, sealing),
  ]
  await resealSettings(db, sealing)
  return counts.reduce((sum, count) => sum + count, 0)
}

async function resealIntegrations(db: StoreDb, sealing: Sealing): Promise<number> {
  const rows = await db
    .selectFrom('integrations')
    .select(['ikey', 'sealed_skey', 'sealed_radius_secret'])
    .execute()
  for (const { ikey, sealed_skey, sealed_radius_secret: radius } of rows) {
    const resealed = {
      sealed_skey: reseal(sealing, sealed_skey, integrationPlace(ikey)),
      sealed_radius_secret: radius && reseal(sealing, radius, radiusSecretPlace(ikey)),
    }
    await db.updateTable('integrations').set(resealed).where('ikey', '=', ikey).execute()
  }
  return rows.length
}

async function resealTokens(db: StoreDb, sealing: Sealing): Promise<number> {
  const rows = await db.selectFrom('oath_tokens').select(['token_id', 'sealed_secret']).execute()
  for (const { token_id, sealed_secret } of rows) {
    const resealed = reseal(sealing, sealed_secret, tokenPlace(token_id))
    await db
      .updateTable('oath_tokens')
      .set({ sealed_secret: resealed })
      .where('token_id', '=', token_id)
      .execute()
  }
  return rows.length
}

async function resealYubikeys(db: StoreDb, sealing: Sealing): Promise<number> {
  const rows = await db.selectFrom('yubikeys').select(['token_id', 'sealed_key']).execute()
  for (const { token_id, sealed_key } of rows) {
    const resealed = reseal(sealing, sealed_key, yubikeyPlace(token_id))
    await db
      .updateTable('yubikeys')
      .set({ sealed_key: resealed })
      .where('token_id', '=', token_id)
      .execute()
  }
  return rows.length
}

async function resealFactors(db: StoreDb, sealing: Sealing): Promise<number> {
  const rows = await db
    .selectFrom('administrator_factors')
    .select(['factor_id', 'sealed_secret'])
    .where('sealed_secret', 'is not', null)
    .execute()
  for (const { factor_id, sealed_secret } of rows) {
    const resealed = reseal(sealing, sealed_secret ?? '', factorPlace(factor_id))
    await db
      .updateTable('administrator_factors')
      .set({ sealed_secret: resealed })
      .where('factor_id', '=', factor_id)
      .execute()
  }
  return rows.length
}

async function resealSmsPasscodes(db: StoreDb, sealing: Sealing): Promise<number> {
  const rows = await db
    .selectFrom('sms_passcodes')
    .select(['phone_id', 'position', 'sealed_code'])
    .where('sealed_code', 'is not', null)
    .execute()
  for (const { phone_id, position, sealed_code } of rows) {
    const place = smsPasscodePlace(phone_id, position)
    await db
      .updateTable('sms_passcodes')
      .set({ sealed_code: reseal(sealing, sealed_code ?? '', place) })
      .where('phone_id', '=', phone_id)
      .where('position', '=', position)
      .execute()
  }
  return rows.length
}

async function resealSettings(db: StoreDb, sealing: Sealing): Promise<void> {
  for (const [name, place] of Object.entries(sealedSettings)) {
    const sealed = await readSetting(name, db)
    if (sealed !== undefined) await writeSetting(name, reseal(sealing, sealed, place), db)
  }
}

function reseal(sealing: Sealing, sealed: string, place: string): string {
  return sealing.seal(sealing.open(sealed, place), place)
}
