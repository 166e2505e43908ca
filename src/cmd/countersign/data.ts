import { resolve } from 'node:path'
import type { Command } from 'commander'
import {
  backupDatabase,
  checkDatabase,
  databaseFile,
  restoreDatabase,
} from '../../service/store/backup.ts'
import { keyFile } from '../../service/store/data_folder.ts'
import { rotateSealingKey } from '../../service/store/rotation.ts'
import type { SealingKey } from '../../service/store/sealing.ts'
import { keysOf } from '../../service/store/store.ts'
import { CommandError, dataOptions, sealingKeyGiven, withStore } from './context.ts'

interface DataOptions {
  readonly data: string
  readonly json: boolean
}

/** `countersign backup`, `restore`, `migrate` and `check`: the data as a whole. */
export function addDataVerbs(program: Command): void {
  dataOptions(program.command('backup <file>'))
    .description('copy the data as it is now into one file, while the service runs')
    .action((file: string, options: DataOptions) => {
      refusePostgres('pg_dump')
      backupDatabase(options.data, file)
      const key =
        sealingKeyGiven() === undefined ? keyFile(resolve(options.data)) : 'the sealing key'
      process.stdout.write(
        `${file} is written. The secrets in it are sealed: keep ${key} as well, in another place\n`,
      )
    })
  dataOptions(program.command('restore <file>'))
    .description('put a backup in the place of the data; the service must be stopped')
    .option('--force', 'replace the data that is there', false)
    .action((file: string, options: DataOptions & { force: boolean }) => {
      refusePostgres('pg_restore')
      restoreDatabase(options.data, file, keysIn(options.data), { force: options.force })
      process.stdout.write(`${file} is restored\n`)
    })
  dataOptions(program.command('migrate'))
    .description('bring the data up to this version')
    .option(
      '--rotate-sealing-key',
      'seal all secrets with a new key; stop the service before',
      false,
    )
    .action(migrate)
  dataOptions(program.command('check'))
    .description('look for damage, and whether the sealing key is right')
    .action(check)
}

async function migrate(options: DataOptions & { rotateSealingKey: boolean }): Promise<void> {
  await withStore(options, async ({ store }) => {
    process.stdout.write('the data is up to date\n')
    if (!options.rotateSealingKey) return
    if (process.env.COUNTERSIGN_SEALING_KEY !== undefined) {
      throw new CommandError(
        'the sealing key is in the environment; put a new one before it (COUNTERSIGN_SEALING_KEY=NEW,OLD)',
      )
    }
    const count = await rotateSealingKey(store)
    process.stdout.write(
      `${count} secrets are sealed with a new key; keep ${keyFile(store.folder)} safe\n`,
    )
  })
}

async function check(options: DataOptions): Promise<void> {
  const { COUNTERSIGN_DATABASE_URL: url } = process.env
  if (url === undefined) checkDatabase(databaseFile(options.data), keysIn(options.data))
  await withStore(options, async () => {
    process.stdout.write('the data is whole, and the sealing key opens it\n')
  })
}

function keysIn(folder: string): SealingKey[] {
  return keysOf({ folder, sealingKey: sealingKeyGiven() }, false)
}

function refusePostgres(program: string): void {
  if (process.env.COUNTERSIGN_DATABASE_URL === undefined) return
  throw new CommandError(`the data is in PostgreSQL; use its own ${program}`)
}
