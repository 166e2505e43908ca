/** This phone's registration. Both keys are non-extractable. */
export interface Phone {
  readonly device: string
  readonly name: string
  readonly username: string
  readonly account: string
  readonly signingKey: CryptoKey
  readonly oathKey: CryptoKey
  readonly oathDigits: number
  readonly oathStepSecs: number
  /** How far the service's clock is ahead of this phone's, in milliseconds. */
  readonly aheadMs: number
}

const place = 'phone'
const onlyKey = 'this'

/** `undefined` before the activation. */
export async function storedPhone(): Promise<Phone | undefined> {
  const found: Phone | undefined = await inStore('readonly', (store) => store.get(onlyKey))
  return found
}

export async function storePhone(phone: Phone): Promise<void> {
  await inStore('readwrite', (store) => store.put(phone, onlyKey))
}

export async function forgetPhone(): Promise<void> {
  await inStore('readwrite', (store) => store.delete(onlyKey))
}

async function inStore<Result>(
  mode: IDBTransactionMode,
  ask: (store: IDBObjectStore) => IDBRequest<Result>,
): Promise<Result> {
  const database = await opened()
  try {
    const transaction = database.transaction(place, mode)
    const request = ask(transaction.objectStore(place))
    return await new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result)
      transaction.onabort = () => reject(transaction.error)
    })
  } finally {
    database.close()
  }
}

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('countersign', 1)
    opening.onupgradeneeded = () => opening.result.createObjectStore(place)
    opening.onsuccess = () => resolve(opening.result)
    opening.onerror = () => reject(opening.error)
  })
}
