import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { Secret } from '../../../src/host/secret.ts'
import { type RotationFiles, SecretRotation } from '../../../src/workspaces/adviser/rotation.ts'
import { RotationStore } from '../../../src/workspaces/adviser/rotation_state.ts'
import type { AwsDirectory } from '../../../src/workspaces/aws/directory_service.ts'

const directoryId = 'd-0123456789'

/** Thrown after an effect, in place of the end of the process. */
class Killed extends Error {}

/** AWS, two proxies and the file of the state, which all survive a killed program. */
class World {
  aws = 'the-former-secret'
  files = { present: 'the-former-secret', previous: undefined as string | undefined }
  /** What the proxies have loaded. */
  accepted = ['the-former-secret']
  effects = 0
  killAfter = Number.POSITIVE_INFINITY
  readonly store: RotationStore
  #now = 0

  constructor(file: string) {
    this.store = new RotationStore(file)
  }

  /** Every effect goes through here. At each moment the proxies must accept what AWS has. */
  did(): void {
    assert(this.accepted.includes(this.aws), `AWS has ${this.aws}, accepted: ${this.accepted}`)
    if (++this.effects === this.killAfter) throw new Killed()
  }

  run() {
    const { store } = this
    const kept = {
      file: store.file,
      read: () => store.read(),
      write: (state: Parameters<RotationStore['write']>[0]) => {
        store.write(state)
        this.did()
      },
      remove: () => {
        store.remove()
        this.did()
      },
    }
    return new SecretRotation(this.#service, this.#proxies, kept, {
      say: () => {},
      date: () => ++this.#now,
      now: () => ++this.#now,
      sleep: async () => {},
      othersAreReady: async () => true,
      limitMs: 1000,
      verifyMs: 1000,
      pollMs: 1,
    }).run(directoryId)
  }

  readonly #service = {
    describe: async (): Promise<AwsDirectory> => ({
      directoryId,
      name: 'corp.example.com',
      type: 'ADConnector',
      stage: 'Active',
      controllers: ['10.0.1.10'],
      dnsAddresses: [],
      vpcId: undefined,
      securityGroupId: undefined,
      status: 'Completed',
      radius: {
        servers: ['10.0.1.20'],
        port: 1812,
        timeoutSecs: 20,
        retries: 1,
        protocol: 'PAP',
        label: 'Countersign',
      },
    }),
    update: async (_id: string, { SharedSecret }: { readonly SharedSecret: Secret }) => {
      this.aws = SharedSecret.reveal()
      this.did()
    },
  }

  readonly #proxies = ((world: World): RotationFiles => ({
    get isRotating() {
      return world.files.previous !== undefined
    },
    begin: () => {
      world.files = { present: 'the-new-secret', previous: world.files.present }
      world.did()
    },
    end: () => {
      world.files = { present: world.files.present, previous: undefined }
      world.did()
    },
    undo: () => {
      world.files = { present: world.files.previous ?? '', previous: undefined }
      world.did()
    },
    secrets: () => ({
      present: new Secret(world.files.present),
      previous: new Secret(world.files.previous ?? ''),
    }),
    reload: async () => {
      const { present, previous } = world.files
      world.accepted = previous === undefined ? [present] : [present, previous]
      world.did()
    },
    uses: async () => [{ client: 'radius_ip_1', lastAt: ++world.#now, lastPreviousAt: undefined }],
  }))(this)
}

describe('a rotation that is killed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rotation-'))
  after(() => rmSync(folder, { recursive: true }))

  test('after any of its effects goes on where it was, and AWS never has a secret that is not accepted', async () => {
    const whole = new World(join(folder, 'whole'))
    assert.equal((await whole.run()).kind, 'done')
    assert(whole.effects > 8)
    for (let killAfter = 1; killAfter <= whole.effects; killAfter++) {
      const world = new World(join(folder, String(killAfter)))
      world.killAfter = killAfter
      await assert.rejects(world.run(), Killed)
      // without a state there is nothing to resume: all was done
      if (world.store.read() !== undefined) assert.equal((await world.run()).kind, 'done')
      assert.deepEqual(
        [world.aws, world.files, world.accepted, world.store.read()],
        [
          'the-new-secret',
          { present: 'the-new-secret', previous: undefined },
          ['the-new-secret'],
          undefined,
        ],
        `killed after effect ${killAfter}`,
      )
    }
  })
})
