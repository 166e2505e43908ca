import { existsSync, writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { configFileIn, type DataLocation, locateData } from '../../service/config/data_location.ts'
import { keyFile } from '../../service/store/data_folder.ts'
import { Store } from '../../service/store/store.ts'
import { CommandError, type DataOptions, dataOptions } from './context.ts'
import { json } from './output.ts'

const newConfig = `; Created by 'countersign init'. docs/countersign.cfg.md explains every key.
[service]
data_folder=.
; host names of the service; links use the first
;host_names=mfa.example.com
; PostgreSQL instead of SQLite
;database_url=postgres://USER:PASSWORD@HOST/DATABASE
`

/** `countersign init` */
export function addInitVerb(program: Command): void {
  dataOptions(program.command('init'))
    .description('create new data: folder, sealing key and database, without users')
    .action(init)
}

async function init(options: DataOptions): Promise<void> {
  const location = locateData(options)
  const { folder, databaseUrl, sealingKey } = location
  if (await Store.exists(location)) throw alreadyThere(location)
  const store = await Store.open({ ...location, migrate: true })
  await store.close()
  const configFile = options.config ?? configFileIn(folder)
  if (!existsSync(configFile)) writeFileSync(configFile, newConfig, { mode: 0o600 })
  const database = databaseUrl === undefined ? 'sqlite' : 'postgresql'
  if (options.json) {
    process.stdout.write(json({ data: folder, database, config_file: configFile }))
    return
  }
  const key = sealingKey === undefined ? keyFile(folder) : 'the sealing key'
  process.stdout.write(`${folder} is ready.

Keep a copy of ${key} in a different place: without it the secrets in the database can't be decrypted.
Use this data in other commands:     export COUNTERSIGN_DATA=${folder}
Start the service:                   countersign service
`)
}

function alreadyThere({ folder, databaseUrl }: DataLocation): CommandError {
  return new CommandError(
    databaseUrl === undefined
      ? `${folder} already has Countersign data; choose a different folder with --data`
      : `the database already has Countersign data; to add a node, copy sealing.key of the first node to ${folder} and start 'countersign service'`,
  )
}
