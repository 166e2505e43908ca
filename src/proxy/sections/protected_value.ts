import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Account } from '../../host/account.ts'
import { runDpapi } from '../../host/dpapi.ts'
import { errorText } from '../../host/error_text.ts'
import { isOpenToOthers } from '../../host/file_mode.ts'
import { createFile } from '../../host/replace_file.ts'
import { Secret } from '../../host/secret.ts'
import { shellWord } from '../../host/shell_word.ts'

const keyOctets = 32
const nonceOctets = 12
const tagOctets = 16
const prefix = 'sealed1:'
/** Windows encrypts the key for the machine. */
const isWindows = process.platform === 'win32'

/** Thrown if a protected value can't be decrypted, or its key can't be read or created. */
export class ProtectedValueError extends Error {
  override readonly name = 'ProtectedValueError'
}

/** The key file for a configuration: `authproxy.key` beside it. */
export function keyFileFor(configFile: string): string {
  return join(dirname(configFile), 'authproxy.key')
}

/**
 * Reads the key of protected values. On Windows it is bound to the machine, as that of the vendor's proxy;
 * elsewhere only the service's user can read its file.
 *
 * @throws {ProtectedValueError} If the file is missing, readable by others, or not a key.
 */
export function readKey(file: string): Secret {
  if (!existsSync(file)) {
    throw new ProtectedValueError(`its key file ${file} is missing; authproxy_passwd creates one`)
  }
  if (isOpenToOthers(file)) {
    throw new ProtectedValueError(
      `${file} can be read by others; run: chmod 600 ${shellWord(file)}`,
    )
  }
  const key = isWindows ? openKey(file) : readText(file).trim()
  if (Buffer.from(key, 'base64').length !== keyOctets) {
    throw new ProtectedValueError(
      `${file} is not a key of authproxy_passwd; restore it, or remove it and encrypt the values again`,
    )
  }
  return new Secret(key)
}

/**
 * Reads the key; creates it if it is missing.
 *
 * @param owner User and group that the service runs as; they own a key that root creates.
 * @throws {ProtectedValueError} As `readKey`, and if the key can't be created.
 */
export function readOrMakeKey(file: string, owner?: Account): Secret {
  if (!existsSync(file)) {
    try {
      const made = randomBytes(keyOctets)
      const stored = isWindows ? runDpapi('protect', made) : made
      createFile(file, `${stored.toString('base64')}\n`, owner ?? { uid: 0, gid: 0 })
    } catch (error) {
      throw new ProtectedValueError(`the key file can't be created: ${errorText(error)}`)
    }
  }
  return readKey(file)
}

/** @returns The key in base64. */
function openKey(file: string): string {
  const stored = Buffer.from(readText(file).trim(), 'base64')
  try {
    return runDpapi('unprotect', stored).toString('base64')
  } catch (error) {
    throw new ProtectedValueError(
      `${file} can't be decrypted on this machine: ${errorText(error)}; remove it, and encrypt the values again`,
    )
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const owner = `the user that the service runs as (uid ${process.geteuid?.()})`
    throw new ProtectedValueError(`${file} must belong to ${owner}: ${errorText(error)}`)
  }
}

/** Encrypts a value with AES-256-GCM: nonce, tag and ciphertext, in base64. */
export function protect(value: string, key: Secret): string {
  const nonce = randomBytes(nonceOctets)
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(key.reveal(), 'base64'), nonce)
  const sealed = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()])
  return prefix + Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64')
}

/** @throws {ProtectedValueError} If the value was encrypted with another key or was changed. */
export function unprotect(sealed: string, key: Secret): Secret {
  const octets = Buffer.from(sealed.slice(prefix.length), 'base64')
  if (!sealed.startsWith(prefix) || octets.length < nonceOctets + tagOctets) {
    throw new ProtectedValueError('it was not created by authproxy_passwd')
  }
  try {
    const decipher = createDecipheriv(
      'aes-256-gcm',
      Buffer.from(key.reveal(), 'base64'),
      octets.subarray(0, nonceOctets),
      { authTagLength: tagOctets },
    )
    decipher.setAuthTag(octets.subarray(nonceOctets, nonceOctets + tagOctets))
    const opened = decipher.update(octets.subarray(nonceOctets + tagOctets))
    return new Secret(Buffer.concat([opened, decipher.final()]).toString('utf8'))
  } catch {
    throw new ProtectedValueError('it was encrypted with another key')
  }
}
