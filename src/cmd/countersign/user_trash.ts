import type { Command } from 'commander'
import { restoreUser, trashUser } from '../../service/administration/acts/trash.ts'
import { deleteUser } from '../../service/administration/acts/users.ts'
import { Users } from '../../service/people/users.ts'
import { readStoredSetting } from '../../service/settings/settings.ts'
import { confirmed, type DataOptions, dataOptions, userNamed, withStore } from './context.ts'
import { show } from './output.ts'
import { userJson } from './user_json.ts'

/** `countersign user remove` and `countersign user restore` */
export function addTrashVerbs(user: Command): void {
  dataOptions(user.command('remove <username>'))
    .description('put a user into the trash, from where they can be restored for some days')
    .option('--now', 'delete the user with all phones for good, also from the trash', false)
    .option('--yes', 'do not ask for confirmation', false)
    .action(remove)
  dataOptions(user.command('restore <username>'))
    .description('take a user out of the trash, with all devices')
    .action(restore)
}

async function remove(
  username: string,
  options: DataOptions & { readonly yes: boolean; readonly now: boolean },
): Promise<void> {
  await withStore(options, async ({ store, administration, json: asJson }) => {
    const user = await userNamed(store, username)
    const { username: name } = user
    if (options.now) {
      await confirmed(`Delete ${name} and all phones for good?`, options.yes)
      await administration.run(deleteUser, { user })
      show(asJson, { username: name, removed: true }, `${name} deleted`)
      return
    }
    await confirmed(`Put ${name} into the trash?`, options.yes)
    await administration.run(trashUser, { user })
    const days = await readStoredSetting('pending_deletion_days', store.db)
    show(
      asJson,
      { username: name, removed: true, pending_deletion_days: days },
      `${name} removed; to undo it within ${days} days: countersign user restore ${name}`,
    )
  })
}

async function restore(username: string, options: DataOptions): Promise<void> {
  await withStore(options, async ({ store, administration, json: asJson }) => {
    const user = await userNamed(store, username)
    await administration.run(restoreUser, { user })
    const restored = (await new Users().byId(user.userId, store.db)) ?? user
    show(asJson, userJson(restored), `${user.username} restored, ${restored.status}`)
  })
}
