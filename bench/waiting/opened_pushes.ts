import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

export interface OpenedPush {
  readonly txid: string
  readonly username: string
  readonly phoneId: string
}

/** The pushes that a service has opened, from its database, because phones that look would load the service. */
export class OpenedPushes {
  readonly #database: DatabaseSync
  #read = 0

  constructor(folder: string) {
    this.#database = new DatabaseSync(join(folder, 'countersign.db'), { readOnly: true })
  }

  /** Those since the last call. */
  next(): OpenedPush[] {
    const select = `
      SELECT rowid AS row, txid, username, phone_id FROM transactions
      WHERE rowid > ? AND factor = 'push' ORDER BY rowid`
    const rows = this.#database.prepare(select).all(this.#read)
    this.#read = Number(rows.at(-1)?.row ?? this.#read)
    return rows.map(({ txid, username, phone_id }) => ({
      txid: String(txid),
      username: String(username),
      phoneId: String(phone_id),
    }))
  }

  close(): void {
    this.#database.close()
  }
}
