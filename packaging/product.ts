import { listPrograms } from './bundle.ts'

/** One of the two products that are packaged. */
export interface Product {
  /** Names archives, packages, folders and units. */
  readonly name: 'countersign-authproxy' | 'countersign'
  /** The program that runs as a service; `src/cmd/PROGRAM.ts`, and `packaging/linux/*` for it. */
  readonly program: 'authproxy' | 'countersign'
  readonly title: string
  /** Description in the `.deb`, one paragraph. */
  readonly description: string
  /** All programs in `bin`. */
  readonly programs: readonly string[]
  /** Those of `programs` that the other product has, too. */
  readonly sharedPrograms: readonly string[]
  /** Folders of `web/dist` that it serves, or `all` but those of the proxy alone. */
  readonly web: readonly string[] | 'all'
  readonly image: ImageSettings
}

interface ImageSettings {
  /** Arguments after the program's script. */
  readonly arguments: readonly string[]
  readonly ports: readonly string[]
  readonly configFolder: string
  /** Folders that it writes to. */
  readonly dataFolders: readonly string[]
  /** `installation.json`: where the programs find things. */
  readonly installation: Readonly<Record<string, string>>
}

/** Their verbs are for the machine of a proxy (`rotate-secret`, `advise --cfg`) and for that of the service (`--app`). */
const sharedPrograms = ['workspaces']

/** Both products, with the programs that are in `src/cmd` now. */
export function listProducts(): Product[] {
  const all = listPrograms()
  const isOfProxy = (program: string) => /^authproxy(_|ctl|$)/.test(program)
  return [
    {
      name: 'countersign-authproxy',
      program: 'authproxy',
      title: 'Countersign authentication proxy',
      description:
        'RADIUS from VPNs and Amazon WorkSpaces, with a second factor from an MFA service. Reads the authproxy.cfg of the Duo Authentication Proxy.',
      programs: all.filter((name) => isOfProxy(name) || sharedPrograms.includes(name)),
      sharedPrograms,
      web: ['manager', 'sign_in'],
      image: {
        arguments: ['--config', '/etc/countersign/authproxy.cfg'],
        ports: ['1812/udp'],
        configFolder: '/etc/countersign',
        dataFolders: ['/var/log/countersign-authproxy', '/run/countersign-authproxy'],
        installation: {
          configFile: '/etc/countersign/authproxy.cfg',
          runDir: '/run/countersign-authproxy',
          logDir: '/var/log/countersign-authproxy',
        },
      },
    },
    {
      name: 'countersign',
      program: 'countersign',
      title: 'Countersign MFA service',
      description:
        'Self-hosted MFA service with the Auth API, an Admin Panel, a portal for users and a push app.',
      programs: all.filter((program) => !isOfProxy(program)),
      sharedPrograms,
      web: 'all',
      image: {
        arguments: ['service', '--data', '/var/lib/countersign'],
        ports: ['8443/tcp'],
        configFolder: '/etc/countersign',
        dataFolders: ['/var/lib/countersign'],
        installation: {},
      },
    },
  ]
}
