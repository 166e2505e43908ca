import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import type pg from 'pg'
import { parseDatabaseUrl, printDatabaseUrl } from './database_url.ts'
import { StoreError } from './store_error.ts'

/** The address without its TLS parameters, and the TLS options that they mean. */
export type PostgresAddress = Pick<pg.ClientConfig, 'connectionString' | 'ssl'>

const files = { sslrootcert: 'ca', sslcert: 'cert', sslkey: 'key' } as const

/**
 * Reads the TLS parameters of a database's address. `require` and `verify-ca` are as strict as
 * `verify-full`, regardless of what a version of `pg` makes of them.
 *
 * @throws {StoreError} `STORE_DATABASE_URL` if a file that it names can't be read.
 */
export function postgresAddress(text: string): PostgresAddress {
  const url = parseDatabaseUrl(text)
  if (url === undefined) throw new StoreError('STORE_DATABASE_URL', "database_url can't be read")
  const mode = url.searchParams.get('sslmode')
  const read: Partial<Record<(typeof files)[keyof typeof files], string>> = {}
  for (const [parameter, option] of Object.entries(files)) {
    const file = url.searchParams.get(parameter)
    if (file !== null) read[option] = readPem(parameter, file)
    url.searchParams.delete(parameter)
  }
  url.searchParams.delete('sslmode')
  // every connection is to a server that takes writes
  url.searchParams.delete('target_session_attrs')
  const connectionString = printDatabaseUrl(url)
  if (mode === 'disable') return { connectionString, ssl: false }
  if (mode === null && Object.keys(read).length === 0) return { connectionString }
  // pg checks the certificate's host name only if the host is not an IP address
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const checked = isIP(host) === 0 ? {} : { host }
  return {
    connectionString,
    ssl: { ...read, ...checked, rejectUnauthorized: mode !== 'no-verify' },
  }
}

function readPem(parameter: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new StoreError(
      'STORE_DATABASE_URL',
      `${parameter} in database_url names ${file}, which can't be read (${code})`,
    )
  }
}
