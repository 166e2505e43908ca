import type { Command } from 'commander'
import { systemClock } from '../../host/clock.ts'
import { rotateSealingKey } from '../../service/administration/acts/sealing_key.ts'
import { type DataLocation, locateData } from '../../service/config/data_location.ts'
import {
  backupDatabase,
  checkDatabase,
  databaseFile,
  restoreDatabase,
} from '../../service/store/backup.ts'
import { keyFile } from '../../service/store/data_folder.ts'
import type { SealingKey } from '../../service/store/sealing.ts'
import { deriveKeys, noData, Store } from '../../service/store/store.ts'
import { CommandError, type DataOptions, dataOptions, withStore } from './context.ts'
import { nameReport, nameReportJson, nameReportText } from './name_report.ts'
import { json } from './output.ts'

/** `countersign backup`, `restore`, `migrate` and `check`. */
export function addDataVerbs(program: Command): void {
  dataOptions(program.command('backup <file>'))
    .description('copy the data into one file; the service may be running')
    .action(async (file: string, options: DataOptions) => {
      const location = sqliteLocation(options, 'pg_dump')
      const { folder, sealingKey } = location
      if (!(await Store.exists(location))) throw noData(folder)
      backupDatabase(folder, file)
      const key = sealingKey === undefined ? keyFile(folder) : 'the sealing key'
      process.stdout.write(
        options.json
          ? json({ backup_file: file })
          : `Backup written to ${file}. Its secrets are encrypted: keep ${key} too, in a different place\n`,
      )
    })
  dataOptions(program.command('restore <file>'))
    .description('replace the data with a backup; the service must be stopped')
    .option('--force', 'replace existing data', false)
    .action((file: string, options: DataOptions & { force: boolean }) => {
      const location = sqliteLocation(options, 'pg_restore')
      restoreDatabase(location.folder, file, keysIn(location), {
        force: options.force,
        now: systemClock.now(),
      })
      process.stdout.write(options.json ? json({ restored: file }) : `Data restored from ${file}\n`)
    })
  dataOptions(program.command('migrate'))
    .description('upgrade the data to this version')
    .option(
      '--rotate-sealing-key',
      'encrypt all secrets with a new key; stop the service first',
      false,
    )
    .action(migrate)
  dataOptions(program.command('check'))
    .description('check for damage, a wrong sealing key, and user names that look alike')
    .action(check)
}

async function migrate(options: DataOptions & { rotateSealingKey: boolean }): Promise<void> {
  await withStore(options, async ({ store, location, administration, json: asJson }) => {
    if (!options.rotateSealingKey) {
      process.stdout.write(asJson ? json({ migrated: true }) : 'Data is up to date\n')
      return
    }
    if (location.sealingKey !== undefined) {
      throw new CommandError(
        'the sealing key is in the environment; put a new key before it (COUNTERSIGN_SEALING_KEY=NEW,OLD)',
      )
    }
    const count = await administration.run(rotateSealingKey, undefined)
    process.stdout.write(
      asJson
        ? json({ migrated: true, sealed_again: count })
        : `Data is up to date\n${count} secrets encrypted with a new key; keep ${keyFile(store.folder)} safe\n`,
    )
  })
}

async function check(options: DataOptions): Promise<void> {
  const location = locateData(options)
  const { folder, databaseUrl } = location
  if (databaseUrl === undefined && (await Store.exists(location))) {
    checkDatabase(databaseFile(folder), keysIn(location))
  }
  await withStore(options, async ({ store, json: asJson }) => {
    const names = await nameReport(store)
    process.stdout.write(
      asJson
        ? json({ whole: true, ...nameReportJson(names) })
        : `Data OK; sealing key matches\n${nameReportText(names)}`,
    )
  })
}

function keysIn(location: DataLocation): SealingKey[] {
  return deriveKeys(location, false)
}

/** @throws {CommandError} if the data is in PostgreSQL, which has its own `program`. */
function sqliteLocation(options: DataOptions, program: string): DataLocation {
  const location = locateData(options)
  if (location.databaseUrl === undefined) return location
  throw new CommandError(`the data is in PostgreSQL; use its own ${program}`)
}
